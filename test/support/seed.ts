import fc from 'fast-check';

/**
 * Loaded before the tests. Properties are tried on other random values in each run; where `OGM_TEST_SEED` names a number,
 * on the same ones, so that a change is not refused for what it did not touch.
 */
const seed = process.env.OGM_TEST_SEED;
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
