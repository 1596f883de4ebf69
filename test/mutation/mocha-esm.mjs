/**
 * Runs mocha for Stryker. Its own mocha runner reaches for files that mocha 12 no longer has; this one uses what mocha
 * documents, and loads for a mutant only the tests of the part that it is in.
 */
import { relative, resolve } from 'node:path';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import Mocha from 'mocha';
import { parts } from './core.mjs';

const { EVENT_TEST_PASS, EVENT_TEST_FAIL } = Mocha.Runner.constants;
/** What the mutated code and Stryker talk through. */
globalThis.__stryker__ ??= {};
const shared = globalThis.__stryker__;
const exactly = (title) => `^${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
const testsOf = (file) => parts.filter(({ code }) => code.includes(file)).flatMap(({ tests }) => tests);

class MochaEsm {
  #mocha;
  #results = [];

  capabilities() {
    // A module that was imported stays: for a mutant that matters while loading, Stryker starts another process.
    return { reloadEnvironment: false };
  }

  async #load(tests, mutant) {
    const results = this.#results;
    // One seed for every mutant, or a property would notice one by luck; the first failure is enough.
    fc.configureGlobal({ seed: 1, endOnFailure: true });
    function Reporter(runner) {
      const result = (test, more) => ({
        id: test.fullTitle(),
        name: test.fullTitle(),
        timeSpentMs: test.duration ?? 0,
        ...more,
      });
      runner.on(EVENT_TEST_PASS, (test) => results.push(result(test, { status: TestStatus.Success })));
      runner.on(EVENT_TEST_FAIL, (test, error) =>
        results.push(result(test, { status: TestStatus.Failed, failureMessage: String(error?.message ?? error) })),
      );
    }
    this.#mocha = new Mocha({ reporter: Reporter, timeout: 0 });
    this.#mocha.cleanReferencesAfterRun(false);
    this.#mocha.suite.beforeEach(function tell() {
      shared.currentTestId = this.currentTest?.fullTitle();
    });
    for (const file of new Set(tests)) this.#mocha.addFile(resolve(file));
    shared.activeMutant = mutant;
    await this.#mocha.loadFilesAsync();
  }

  async #run({ disableBail }) {
    this.#results.length = 0;
    this.#mocha.bail(!disableBail);
    await new Promise((done) => {
      this.#mocha.run(done);
    });
    const overLimit = determineHitLimitReached(shared.hitCount, shared.hitLimit);
    return overLimit ?? { status: DryRunStatus.Complete, tests: [...this.#results] };
  }

  async dryRun(options) {
    await this.#load(parts.flatMap(({ tests }) => tests));
    const result = await this.#run(options);
    return result.status === DryRunStatus.Complete ? { ...result, mutantCoverage: shared.mutantCoverage } : result;
  }

  async mutantRun(options) {
    const { activeMutant, mutantActivation, testFilter, hitLimit, sandboxFileName } = options;
    shared.hitLimit = hitLimit;
    shared.hitCount = hitLimit === undefined ? undefined : 0;
    try {
      if (!this.#mocha) {
        const atLoad = mutantActivation === 'static';
        const tests = atLoad ? testsOf(relative('.', sandboxFileName)) : parts.flatMap((part) => part.tests);
        await this.#load(tests, atLoad ? activeMutant.id : undefined);
      }
      shared.activeMutant = activeMutant.id;
      this.#mocha.grep(new RegExp(testFilter ? testFilter.map(exactly).join('|') : ''));
      return toMutantRunResult(await this.#run(options));
    } catch (error) {
      return toMutantRunResult({ status: DryRunStatus.Error, errorMessage: String(error) });
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'mocha-esm', MochaEsm)];
