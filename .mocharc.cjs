// How mocha runs test files: all of them through test/run (`npm test`), or one as `npx mocha FILE`.
// Mocha would add these to the files that were named.
const named = process.argv.some((argument) => argument.endsWith('.test.ts'));

module.exports = {
  spec: named ? [] : ['{services,shared,deploy,test,bench}/**/*.test.ts'],
  extension: ['ts'],
  import: 'tsx',
  require: ['test/order.ts', 'test/watchdog.ts'],
  reporter: 'test/report/short.ts',
  sort: true,
  // Ends what hangs: see test/patience.ts.
  timeout: 120_000,
  slow: 2_000,
  'fail-zero': true,
  'posix-exit-codes': true,
  'forbid-only': Boolean(process.env.CI),
};
