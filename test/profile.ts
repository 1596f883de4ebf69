/** How much the large suites try: `quick` in `make test`, `long` in `make test-long`. The same code runs in both. */
const LONG = process.env.TEST_PROFILE === 'long';

export const scaled = <T>(sizes: { quick: T; long: T }): T => (LONG ? sizes.long : sizes.quick);
