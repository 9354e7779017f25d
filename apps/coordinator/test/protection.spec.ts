import { gunzipSync } from 'node:zlib';

import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';

const ORIGIN = 'https://dashboards.example.org';

describe('Protection', () => {
  it('Given an answer of any kind, When a browser has it, Then its headers let no page frame, sniff, run or embed it', async () => {
    await using api = await ApiClient.start();
    for (const url of ['/api/v1/runs', '/api/v1/runs/unknown', '/nowhere', '/livez', '/openapi.json']) {
      const { headers } = await api.call('GET', url);
      expect(headers, url).to.include({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers).to.not.have.any.keys(
        'strict-transport-security',
        'access-control-allow-origin',
        'server',
      );
    }
  });

  it('Given the docs page, When a browser has it, Then its own scripts may run, and no others', async () => {
    await using api = await ApiClient.start();
    const page = await api.server.inject('/docs/');
    expect(page.statusCode).to.equal(200);
    expect(page.headers['content-security-policy'])
      .to.include("script-src 'self'")
      .and.not.include("'none';frame");
  });

  it('Given an origin that may call, When its page asks, Then it and no other is told so', async () => {
    await using api = await ApiClient.start({ corsOrigins: [ORIGIN] });
    const asked = (origin: string) => api.call('GET', '/api/v1/runs', { headers: { origin } });
    expect((await asked(ORIGIN)).headers).to.include({
      'access-control-allow-origin': ORIGIN,
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect((await asked('https://example.net')).headers).to.not.have.property('access-control-allow-origin');
    const preflight = await api.server.inject({
      method: 'OPTIONS',
      url: '/api/v1/runs',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).to.equal(204);
    expect(preflight.headers['access-control-allow-methods']).to.include('POST');
  });

  it('Given no origin that may call, When a page asks beforehand, Then it is refused', async () => {
    await using api = await ApiClient.start();
    const preflight = await api.server.inject({
      method: 'OPTIONS',
      url: '/api/v1/runs',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });
    expect(preflight.statusCode).to.equal(405);
    expect(preflight.headers).to.not.have.property('access-control-allow-origin');
  });

  it('Given a limit, When a caller sends more in a second, Then it is 429 with the time to wait, and probes are not counted', async () => {
    await using api = await ApiClient.start({ requestsPerSecond: 5 });
    const statuses: number[] = [];
    // Within one second, however slow the machine: of 30 at most, 5 a second are answered.
    const begun = performance.now();
    for (let call = 0; call < 30; call += 1) statuses.push((await api.call('GET', '/api/v1/runs')).status);
    const windows = Math.floor((performance.now() - begun) / 1_000) + 2;
    expect(statuses.slice(0, 5)).to.deep.equal([200, 200, 200, 200, 200]);
    expect(statuses.filter((status) => status === 200).length).to.be.at.most(5 * windows);
    for (let call = 0; call < 6; call += 1) await api.call('GET', '/api/v1/runs');
    const refused = await api.call('GET', '/api/v1/runs');
    expect(refused.status).to.equal(429);
    expect(json(refused)).to.include({ code: 'RATE_LIMITED', status: 429 });
    expect(Number(refused.headers['retry-after'])).to.be.within(0, 1);
    for (let call = 0; call < 10; call += 1) expect((await api.call('GET', '/livez')).status).to.equal(200);
  });

  it('Given a long answer, When the client takes gzip, Then it is packed and the same; without, and when it is short, it is plain', async () => {
    await using api = await ApiClient.start();
    const plain = await api.server.inject('/openapi.json');
    expect(plain.headers).to.not.have.property('content-encoding');
    const packed = await api.server.inject({
      url: '/openapi.json',
      headers: { 'accept-encoding': 'gzip, br' },
    });
    expect(packed.headers['content-encoding']).to.equal('gzip');
    expect(packed.headers['vary']).to.match(/accept-encoding/i);
    expect(gunzipSync(packed.rawPayload).toString()).to.equal(plain.payload);
    expect(packed.rawPayload.length).to.be.below(plain.rawPayload.length / 4);
    const short = await api.server.inject({ url: '/livez', headers: { 'accept-encoding': 'gzip' } });
    expect(short.headers).to.not.have.property('content-encoding');
  });
});
