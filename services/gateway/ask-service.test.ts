/** What people read when another service cannot be asked: whether it may have happened decides what they do next. */
import { expect } from 'chai';
import { type Bus, BusUnavailable, NoAnswerInTime, NobodyAnswers } from '../../shared/bus/index.ts';
import type { Problem } from '../../shared/http/problem.ts';
import { askService } from './ask-service.ts';

describe('a service that cannot be asked', () => {
  const said = async (error: Error) => {
    const bus = { request: () => Promise.reject(error) } as unknown as Bus;
    const question = { attendee_id: 1, requested_by: 'asha' };
    const how = { timeoutMs: 1, correlationId: 'c' };
    const problem: Problem = await askService(bus, 'ticketing.revoke', question, how).catch((thrown) => thrown);
    expect(problem.status).to.equal(503);
    return problem.fields.detail;
  };

  it('is told apart: nothing happened, or nobody knows', async () => {
    expect(await said(new NobodyAnswers('x'))).to.match(/\(ticketing\) is not running; try again soon$/);
    expect(await said(new BusUnavailable('the bus is not connected'))).to.match(/not connected; try again soon$/);
    expect(await said(new NoAnswerInTime('x'))).to.match(/has not answered in time; it may be done all the same/);
  });
});
