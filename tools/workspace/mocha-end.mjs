const PATIENCE_MS = 60_000;

/**
 * Mocha's root hook of every suite. What a test leaves open (a server of one that failed, most often) would keep the
 * process for ever, and a build would hang instead of telling what failed.
 */
export const mochaHooks = {
  afterAll() {
    setTimeout(() => {
      process.stderr.write(
        'The tests are over, but something that they opened keeps the process: it is ended.\n',
      );
      // mocha sets the code of the exit to the number of failures, which may be 0.
      process.on('exit', () => (process.exitCode ||= 1));
      process.exit(1);
    }, PATIENCE_MS).unref();
  },
};
