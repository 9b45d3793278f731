/**
 * The virtual board as it lies on the desk: a picture that lives, and a switch for everything a hand
 * could do to it. Not there at all while a real board is used.
 */
import { useState } from 'react';
import type { BoardPanel as Panel, BoardPanelState } from '../../core/ports/index.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { useBench } from '../../state/react.ts';
import { BoardPicture, type BoardPart } from '../../ui/board/board-picture.tsx';
import { Button, IconButton } from '../../ui/kit/button.tsx';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { SwitchField } from '../../ui/kit/fields.tsx';
import { Icon } from '../../ui/kit/icons.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import styles from './board-panel.module.css';
import { BuildForm } from './build-form.tsx';
import { FaultForm } from './fault-form.tsx';
import { pictureWords, stateWords } from './panel-words.ts';

/** Wide enough for panel and page side by side; the same number stands in the style sheet. */
const sideBySide = '(min-width: 1100px)';

export function BoardPanel() {
  const panel = useBench((state) => state.bench?.panel);
  const state = useBench((bench) => bench.panel);
  const [open, setOpen] = useState(() => window.matchMedia(sideBySide).matches);
  if (panel === undefined || state === undefined) return null;
  return (
    <aside className={styles.panel} aria-label={m.panel_region()} data-open={open}>
      <header className={styles.head}>
        <Icon name="virtual" size={18} />
        <strong className={styles.title}>{m.panel_title()}</strong>
        <IconButton
          icon={open ? 'cross' : 'board'}
          label={open ? m.panel_hide() : m.panel_show()}
          aria-expanded={open}
          onClick={() => {
            setOpen(!open);
          }}
        />
      </header>
      <p role="status" className={styles.state}>
        {stateWords(state)}
        {state.running.kind === 'firmware' && state.running.detail !== '' && (
          <small lang="en">{state.running.detail}</small>
        )}
      </p>
      {open && (
        <div className={styles.body}>
          <Live panel={panel} state={state} />
        </div>
      )}
    </aside>
  );
}

interface LiveProps {
  readonly panel: Panel;
  readonly state: BoardPanelState;
}

function Live({ panel, state }: LiveProps) {
  const press = (part: BoardPart): void => {
    if (part === 'st-link') panel.setPlug('stLink', !state.plugs.stLink);
    if (part === 'user-usb') panel.setPlug('userUsb', !state.plugs.userUsb);
    if (part === 'boot0') panel.setBoot0(!state.boot0);
    if (part === 'reset') panel.pressReset();
  };
  return (
    <Stack gap={4}>
      <div className={styles.picture}>
        <BoardPicture
          view={{
            stLink: state.plugs.stLink,
            userUsb: state.plugs.userUsb,
            boot0: state.boot0,
            leds: state.leds,
          }}
          label={pictureWords(state)}
          onPart={press}
        />
      </div>
      <Hands panel={panel} state={state} />
      <Disclosure label={m.panel_vendor()} open>
        <SwitchField
          label={m.panel_trust_zone()}
          description={m.panel_trust_zone_note()}
          checked={state.trustZone}
          onChange={(on) => {
            panel.setTrustZone(on);
          }}
        />
      </Disclosure>
      <Disclosure label={m.panel_build()}>
        <BuildForm panel={panel} build={state.build} keyHanded={state.updateKeyHanded} />
      </Disclosure>
      <Disclosure label={m.panel_more()}>
        <Rom panel={panel} state={state} />
      </Disclosure>
      <Disclosure label={m.panel_faults()} open={state.armedFaults.length > 0}>
        <FaultForm panel={panel} armed={state.armedFaults} />
      </Disclosure>
    </Stack>
  );
}

/** Cables, jumper and button. */
function Hands({ panel, state }: LiveProps) {
  return (
    <Stack gap={2}>
      <SwitchField
        label={m.panel_st_link()}
        description={m.panel_st_link_note()}
        checked={state.plugs.stLink}
        onChange={(plugged) => {
          panel.setPlug('stLink', plugged);
        }}
      />
      <SwitchField
        label={m.panel_user_usb()}
        description={m.panel_user_usb_note()}
        checked={state.plugs.userUsb}
        onChange={(plugged) => {
          panel.setPlug('userUsb', plugged);
        }}
      />
      <SwitchField
        label={m.panel_boot0()}
        description={m.panel_boot0_note()}
        checked={state.boot0}
        onChange={(on) => {
          panel.setBoot0(on);
        }}
      />
      <Button
        icon="refresh"
        onClick={() => {
          panel.pressReset();
        }}
      >
        {m.panel_reset()}
      </Button>
    </Stack>
  );
}

function Rom({ panel, state }: LiveProps) {
  return (
    <Stack gap={2}>
      <SwitchField
        label={m.panel_otp_alternate()}
        description={m.panel_otp_alternate_note()}
        checked={state.otpAlternate}
        onChange={(otp) => {
          panel.setAlternates({ otp, option: state.optionAlternate });
        }}
      />
      <SwitchField
        label={m.panel_option_alternate()}
        description={m.panel_option_alternate_note()}
        checked={state.optionAlternate}
        onChange={(option) => {
          panel.setAlternates({ otp: state.otpAlternate, option });
        }}
      />
      <SwitchField
        label={m.panel_pace()}
        description={m.panel_pace_note()}
        checked={state.realTimePace}
        onChange={(on) => {
          panel.setRealTimePace(on);
        }}
      />
    </Stack>
  );
}
