import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { run, scenario } from './records.js';

const URL = '/api/v1/scenarios';
const ONE = `${URL}/matching-engine-restart`;

interface Stored {
  readonly scenarioId: string;
  readonly status: string;
  readonly name: string;
  readonly description?: string;
  readonly version: number;
}

describe('Scenarios over HTTP', () => {
  describe('Given no scenario', () => {
    it('When one is created, Then it is answered with 201, its place and its version', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('POST', URL, { body: scenario({ tags: ['trading'] }) });
      expect(answer.status).to.equal(201);
      expect(answer.headers).to.include({ location: ONE, etag: '"1"' });
      expect(json(answer)).to.deep.include({ status: 'draft', tags: ['trading'], version: 1 });
    });

    it('When fields are wrong, Then each is told with its path and nothing is stored', async () => {
      await using api = await ApiClient.start();
      const body = scenario({
        name: '',
        scenarioType: 'meteor',
        configuration: { deep: [1, { n: 2 ** 60 }] },
      });
      const answer = await api.call('POST', URL, { body });
      expect(answer.status).to.equal(400);
      const { code, problems } = json<{ code: string; problems: { path: string }[] }>(answer);
      expect(code).to.equal('INVALID_ARGUMENT');
      expect(problems.map(({ path }) => path)).to.deep.equal([
        'name',
        'scenarioType',
        'configuration.deep[1].n',
      ]);
      expect(await api.must('GET', URL)).to.deep.equal({ items: [], nextCursor: null });
    });

    it('When a field is not declared, Then it is refused', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('POST', URL, { body: scenario({ version: 7 }) });
      expect(answer.status).to.equal(400);
      expect(json(answer)['problems']).to.deep.equal([
        { path: 'version', problem: 'is not a field that is known here' },
      ]);
    });

    it('When one is read, changed, moved or deleted, Then it is not found', async () => {
      await using api = await ApiClient.start();
      const answers = [
        await api.call('GET', ONE),
        await api.call('PATCH', ONE, { body: { version: 1, name: 'x' } }),
        await api.call('POST', `${ONE}/status`, { body: { status: 'active' } }),
        await api.call('DELETE', ONE),
      ];
      expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404]);
      expect(answers.map((answer) => json(answer)['code'])).to.deep.equal(Array(4).fill('NOT_FOUND'));
    });
  });

  describe('Given a scenario', () => {
    it('When the same is created again, Then it is the stored one, and another one is refused', async () => {
      await using api = await ApiClient.start();
      const stored = await api.must('POST', URL, { body: scenario() });
      expect(await api.must('POST', URL, { body: scenario() })).to.deep.equal(stored);
      const other = await api.call('POST', URL, { body: scenario({ name: 'Another' }) });
      expect([other.status, json(other)['code']]).to.deep.equal([409, 'ALREADY_EXISTS']);
      expect(await api.must('GET', ONE)).to.deep.equal(stored);
    });

    it('When it is changed with the version in the body, Then the version rises, and null clears a field', async () => {
      await using api = await ApiClient.start();
      await api.must('POST', URL, { body: scenario({ description: 'old' }) });
      const changed = await api.must<Stored>('PATCH', ONE, {
        body: { version: 1, name: 'New', description: null },
      });
      expect(changed).to.include({ name: 'New', version: 2 });
      expect(changed).to.not.have.property('description');
    });

    it('When it is changed with If-Match, Then an old version is 412, and in the body it is 409', async () => {
      await using api = await ApiClient.start();
      await api.must('POST', URL, { body: scenario() });
      const headers = { 'if-match': '"1"' };
      const changed = await api.call('PATCH', ONE, { body: { name: 'B' }, headers });
      expect([changed.status, changed.headers['etag']]).to.deep.equal([200, '"2"']);
      const stale = await api.call('PATCH', ONE, { body: { name: 'C' }, headers });
      expect([stale.status, json(stale)['code']]).to.deep.equal([412, 'VERSION_CONFLICT']);
      const old = await api.call('PATCH', ONE, { body: { version: 1, name: 'C' } });
      expect([old.status, json(old)['code']]).to.deep.equal([409, 'VERSION_CONFLICT']);
      expect(await api.must('GET', ONE)).to.include({ name: 'B', version: 2 });
    });

    for (const [what, call] of Object.entries({
      'names no version': { body: { name: 'x' } },
      'names two versions': { body: { version: 2, name: 'x' }, headers: { 'if-match': '"1"' } },
      'has a tag that is none of ours': { body: { name: 'x' }, headers: { 'if-match': 'W/"1"' } },
      'has a version that is text': { body: { version: '1', name: 'x' } },
    })) {
      it(`When a change ${what}, Then it is refused and nothing changes`, async () => {
        await using api = await ApiClient.start();
        const stored = await api.must('POST', URL, { body: scenario() });
        const answer = await api.call('PATCH', ONE, call);
        expect([answer.status, json(answer)['code']]).to.deep.equal([400, 'INVALID_ARGUMENT']);
        expect(await api.must('GET', ONE)).to.deep.equal(stored);
      });
    }

    it('When its status moves, Then legal moves answer with it and others are 409', async () => {
      await using api = await ApiClient.start();
      await api.must('POST', URL, { body: scenario() });
      const moved = await api.must<Stored>('POST', `${ONE}/status`, { body: { status: 'active' } });
      expect(moved).to.include({ status: 'active', version: 2 });
      const illegal = await api.call('POST', `${ONE}/status`, { body: { status: 'draft' } });
      expect([illegal.status, json(illegal)['code']]).to.deep.equal([409, 'ILLEGAL_TRANSITION']);
      const unknown = await api.call('POST', `${ONE}/status`, { body: { status: 'gone' } });
      expect([unknown.status, json(unknown)['code']]).to.deep.equal([400, 'INVALID_ARGUMENT']);
    });

    it('When it has a run, Then it cannot be deleted, and can once the run is gone', async () => {
      await using api = await ApiClient.start();
      await api.must('POST', URL, { body: scenario() });
      const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() });
      const used = await api.call('DELETE', ONE);
      expect([used.status, json(used)['code']]).to.deep.equal([409, 'IN_USE']);
      expect((await api.call('DELETE', `/api/v1/runs/${runId}`)).status).to.equal(204);
      expect((await api.call('DELETE', ONE)).status).to.equal(204);
      expect((await api.call('DELETE', ONE)).status).to.equal(404);
    });
  });

  describe('Given many scenarios', () => {
    async function withFive(): Promise<ApiClient> {
      const api = await ApiClient.start();
      for (const number of [1, 2, 3, 4, 5]) {
        const tags = number % 2 === 0 ? ['even'] : [];
        await api.must('POST', URL, {
          body: scenario({ scenarioId: `s-${number}`, name: `Nr ${number}`, tags }),
        });
      }
      await api.must('POST', `${URL}/s-4/status`, { body: { status: 'active' } });
      return api;
    }
    const idsOf = async (api: ApiClient, query: string) =>
      (await api.must<{ items: Stored[] }>('GET', URL + query)).items
        .map(({ scenarioId }) => scenarioId)
        .sort();

    it('When they are read page by page, Then each comes once, the newest first', async () => {
      await using api = await withFive();
      const ids: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const query: string = cursor === '' ? '?limit=2' : `?limit=2&cursor=${cursor}`;
        const page: { items: Stored[]; nextCursor: string | null } = await api.must('GET', URL + query);
        ids.push(...page.items.map(({ scenarioId }) => scenarioId));
        cursor = page.nextCursor;
      }
      expect(ids).to.have.members(['s-1', 's-2', 's-3', 's-4', 's-5']).and.have.length(5);
    });

    it('When they are filtered, Then the filters combine and a set takes one or more', async () => {
      await using api = await withFive();
      expect(await idsOf(api, '?tag=even')).to.deep.equal(['s-2', 's-4']);
      expect(await idsOf(api, '?tag=even&statuses=draft')).to.deep.equal(['s-2']);
      expect(await idsOf(api, '?statuses=active&statuses=draft&text=NR%204')).to.deep.equal(['s-4']);
      expect(await idsOf(api, '?from=2000-01-01T00:00:00Z&to=2001-01-01T00:00:00%2B02:00')).to.deep.equal([]);
    });

    it('When a set is given without a member, Then nothing matches it', async () => {
      await using api = await withFive();
      expect(await idsOf(api, '?statuses=')).to.deep.equal([]);
      expect(await idsOf(api, '?tag=even&types=')).to.deep.equal([]);
      expect(await api.must('GET', '/api/v1/analytics/result-counts?statuses=')).to.include({ passed: 0 });
    });

    it('When a page starts after an offset, Then as many are left out, and beside a filter it is refused', async () => {
      await using api = await withFive();
      const { items } = await api.must<{ items: Stored[] }>('GET', URL);
      const inOrder = items.map(({ scenarioId }) => scenarioId);
      const page = await api.must<{ items: Stored[] }>('GET', `${URL}?offset=1&limit=2`);
      expect(page.items.map(({ scenarioId }) => scenarioId)).to.deep.equal(inOrder.slice(1, 3));
      const refused = await api.call('GET', `${URL}?offset=1&tag=even`);
      expect(json<{ problems: { path: string }[] }>(refused).problems[0]?.path).to.equal('offset');
    });

    for (const [query, path] of Object.entries({
      'limit=0': 'limit',
      'offset=-1': 'offset',
      'limit=1e2': 'limit',
      'limit=': 'limit',
      'limit=5&limit=6': 'limit',
      'cursor=abc': 'cursor',
      'status=draft': 'status',
      'statuses=gone': 'statuses',
      'tag=a&tag=b': 'tag',
      'from=2026-01-31': 'from',
      'from=2026-02-30T00:00:00Z': 'from',
      'to=2026-01-31T00:00:00': 'to',
      '__proto__=x': '__proto__',
    })) {
      it(`When the query is ${query}, Then ${path} is refused`, async () => {
        await using api = await ApiClient.start();
        const answer = await api.call('GET', `${URL}?${query}`);
        expect(answer.status).to.equal(400);
        expect(json<{ problems: { path: string }[] }>(answer).problems[0]?.path).to.equal(path);
      });
    }
  });
});
