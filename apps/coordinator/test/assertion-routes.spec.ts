import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { result, run, scenario, UNKNOWN_ID } from './records.js';

interface Listed {
  readonly items: readonly { readonly assertion: { readonly name: string } }[];
  readonly nextCursor: string | null;
}

describe('Assertions from run to run over HTTP', () => {
  let api: ApiClient;
  let baseline: string;
  let judged: string;
  before(async () => {
    api = await ApiClient.start();
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    const record = async (status: string, startedAt: string, ...results: object[]): Promise<string> => {
      const body = run({ status, startedAt });
      const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body });
      for (const fields of results)
        await api.must('POST', '/api/v1/results', { body: result(runId, fields) });
      return runId;
    };
    const took = (durationMs: number) => ({ metadata: { suite: 'checkout', durationMs } });
    baseline = await record(
      'passed',
      '2026-01-14T08:00:00Z',
      { name: 'pays', status: 'passed' },
      { name: 'ships', status: 'passed', ...took(100) },
      { name: 'bills', status: 'failed' },
    );
    judged = await record(
      'failed',
      '2026-01-15T08:00:00Z',
      { name: 'pays', status: 'failed' },
      { name: 'ships', status: 'passed', flaky: true, attempt: 2, ...took(260.5) },
      { name: 'counts', status: 'error' },
    );
  });
  after(() => api[Symbol.asyncDispose]());

  const compare = <Answer>(query: string) =>
    api.must<Answer>('GET', `/api/v1/runs/${judged}/comparison?baselineRunId=${baseline}${query}`);
  const histories = (query: string) =>
    api.must<Listed & { readonly runs: number }>(
      'GET',
      `/api/v1/scenarios/${scenario().scenarioId}/assertions${query}`,
    );
  const names = ({ items }: Listed) => items.map(({ assertion }) => assertion.name);

  it('Given two runs, When one is compared with the other, Then all are counted, and the findings asked for are listed', async () => {
    const comparison = await compare<Listed>(
      '&findings=newly_failed&findings=slower&slowerByRatio=2.5&slowerByMs=160',
    );
    expect(names(comparison)).to.deep.equal(['pays', 'ships']);
    expect(comparison).to.deep.include({
      counts: {
        newly_failed: 1,
        fixed: 0,
        still_failing: 0,
        still_passing: 1,
        added: 1,
        gone: 1,
        undecided: 0,
      },
      marks: { flaky: 1, slower: 1, faster: 0 },
    });
    expect(comparison.items[1]).to.deep.include({
      assertion: {
        assertionType: 'recovery_time',
        name: 'ships',
        place: { suite: 'checkout' },
        occurrence: 1,
      },
      marks: ['flaky', 'slower'],
      durationChangeMs: 160.5,
    });
    expect(names(await compare('&findings=gone'))).to.deep.equal(['bills']);
  });

  it('Given two runs, When a comparison is read page by page, Then each assertion comes once', async () => {
    const { items, nextCursor } = await compare<Listed>('&limit=3');
    expect(items).to.have.length(3);
    const last = await compare<Listed>(`&limit=3&cursor=${nextCursor!}`);
    expect([...names({ items, nextCursor }), ...names(last)]).to.have.members([
      'bills',
      'pays',
      'ships',
      'counts',
    ]);
    expect(last.nextCursor).to.equal(null);
  });

  it('Given a run that is not there, When it is compared, Then it is 404', async () => {
    const answer = await api.call('GET', `/api/v1/runs/${judged}/comparison?baselineRunId=${UNKNOWN_ID}`);
    expect(answer.status).to.equal(404);
    expect(json<{ code: string }>(answer).code).to.equal('NOT_FOUND');
    expect(answer.text).to.include(UNKNOWN_ID);
  });

  it('Given finished runs, When the assertions of their scenario are asked for, Then flips and streaks come with their start', async () => {
    const all = await histories('');
    expect(all.runs).to.equal(2);
    expect(names(all)).to.deep.equal(['counts', 'ships', 'pays', 'bills']);
    const failing = await histories('?streak=failed&minFlips=1&runs=2');
    expect(names(failing)).to.deep.equal(['pays']);
    expect(failing.items[0]).to.deep.include({
      decided: 2,
      flips: 1,
      streak: {
        status: 'failed',
        length: 1,
        firstRunId: judged,
        since: '2026-01-15T08:00:00.000Z',
        mayBeLonger: false,
      },
    });
    expect(names(await histories('?runs=1'))).to.deep.equal(['counts', 'ships', 'pays']);
  });

  it('Given a filter of true or false, When lists are asked for, Then it is read as such', async () => {
    const flaky = await api.must<{ items: { name: string }[] }>('GET', '/api/v1/results?flaky=true');
    expect(flaky.items.map(({ name }) => name)).to.deep.equal(['ships']);
    const earlier = await api.must<{ items: { runId: string }[] }>(
      'GET',
      `/api/v1/runs?unverified=false&recordedBefore=${judged}`,
    );
    expect(earlier.items.map(({ runId }) => runId)).to.deep.equal([baseline]);
    expect((await api.call('GET', '/api/v1/runs?unverified=no')).status).to.equal(400);
  });

  for (const query of ['findings=worse', 'slowerByMs=-1', 'baselineRunId=x', 'limit=0', 'cursor=x'])
    it(`Given ${query}, When a run is compared, Then it is 400`, async () => {
      const others = query.startsWith('baseline') ? '' : `baselineRunId=${baseline}&`;
      const answer = await api.call('GET', `/api/v1/runs/${judged}/comparison?${others}${query}`);
      expect(answer.status).to.equal(400);
    });

  for (const query of ['runs=0', 'runs=many', 'streak=skipped', 'minFlips=1.5'])
    it(`Given ${query}, When histories are asked for, Then it is 400 and the parameter is named`, async () => {
      const answer = await api.call('GET', `/api/v1/scenarios/orders/assertions?${query}`);
      expect(answer.status).to.equal(400);
      expect(answer.text).to.include(query.split('=')[0]!);
    });
});
