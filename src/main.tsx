import './app/styles.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { openBoardFromUrl } from './app/open-from-url.ts';
import { createServices } from './app/services.ts';
import { createAppState } from './state/app-state.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');

const services = createServices();
const state = createAppState(services);
// A page that is left may be kept in memory for the way back: not with open keys.
addEventListener('pagehide', () => {
  if (state.keys.getState().vault.kind === 'open') {
    void services.keyring.lockVault({ hereOnly: true });
  }
});
void openBoardFromUrl(location.search, state.bench);
void state.records.getState().load();

createRoot(root).render(
  <StrictMode>
    <App state={state} />
  </StrictMode>,
);
