// The frame around every screen: theme, language, and the offer of a new version.
import { Button, Container, MantineProvider, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import { registerSW } from 'virtual:pwa-register';
import { m } from '../i18n/paraglide/messages.js';
import { getLocale } from '../i18n/paraglide/runtime.js';

type Update = { state: 'none' } | { state: 'ready'; apply: () => void };

/** A new version waits until the user takes it: it must never interrupt a running job. */
function useUpdate(): Update {
  const [update, setUpdate] = useState<Update>({ state: 'none' });
  useEffect(() => {
    const applyUpdate = registerSW({
      onNeedRefresh: () => setUpdate({ state: 'ready', apply: () => void applyUpdate(true) }),
    });
  }, []);
  return update;
}

export function App() {
  const update = useUpdate();
  useEffect(() => {
    document.documentElement.lang = getLocale();
  }, []);

  return (
    <MantineProvider defaultColorScheme="auto">
      <Container component="main" size="sm" py="xl">
        <Title order={1}>{m.app_name()}</Title>
        <Text mt="sm">{m.app_tagline()}</Text>
        {update.state === 'ready' && (
          <Button mt="md" onClick={update.apply}>
            {m.app_take_update()}
          </Button>
        )}
      </Container>
    </MantineProvider>
  );
}
