/** Connecting the console: with what the browser knows already, or through its chooser. */
import { m } from '../../i18n/paraglide/messages.js';
import { useAppState, useBench, useUpdate } from '../../state/react.ts';
import { Button } from '../../ui/kit/button.tsx';
import { Row } from '../../ui/kit/layout.tsx';

interface ConnectButtonProps {
  /** The same act is offered beside the steps; two buttons must not have the same name. */
  readonly where: 'console' | 'steps';
}

export function ConnectButton({ where }: ConnectButtonProps) {
  const { bench, update } = useAppState();
  const ports = useBench((state) => state.serial.length);
  const real = useBench((state) => state.bench?.kind === 'real');
  // One primary action a screen: while the board is in DFU mode it is the install.
  const inDfu = useBench((state) => state.usb.length > 0);
  const opening = useUpdate(
    ({ link, activity }) =>
      link.kind === 'opening' || (activity.kind === 'busy' && activity.what === 'connect'),
  );
  const { chooseSerial } = bench.getState();
  const { connect } = update.getState();
  const chooseAndConnect = async (): Promise<void> => {
    if (await chooseSerial()) await connect();
  };
  const known = ports > 0;
  return (
    <Row>
      <Button
        icon="usb"
        kind={where === 'console' && !inDfu ? 'primary' : 'default'}
        busy={opening}
        {...(where === 'steps' && { label: `${m.update_connect()} (${m.update_go()})` })}
        onClick={() => void (known ? connect() : chooseAndConnect())}
      >
        {m.update_connect()}
      </Button>
      {real && known && where === 'console' && (
        <Button kind="quiet" onClick={() => void chooseAndConnect()}>
          {m.update_choose_port()}
        </Button>
      )}
      {real && <a href="#/help/serial-port">{m.update_port_help()}</a>}
    </Row>
  );
}
