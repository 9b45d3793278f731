/**
 * What the property tests draw. `npm test` draws the same cases every time, so that it fails for what was
 * changed and for nothing else; `npm run test:deep` draws new ones, and a failure names their seed.
 */
import fc from 'fast-check';

const USUAL_SEED = 20_261_121;

const { KEYFUSE_SEED } = process.env;
if (KEYFUSE_SEED !== 'random') fc.configureGlobal({ seed: Number(KEYFUSE_SEED ?? USUAL_SEED) });
