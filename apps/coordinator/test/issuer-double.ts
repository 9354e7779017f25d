import type { webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT, type JWK, type JWTPayload } from 'jose';

interface IssuerKey {
  readonly kid: string;
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicJwk: JWK;
}

/** What a token says beside, or instead of, what is sound; `undefined` leaves a claim out. */
type Claims = Readonly<Record<string, unknown>>;

/** An OpenID Connect issuer in this process: its documents over HTTP, and its tokens. */
export class IssuerDouble implements AsyncDisposable {
  readonly #server: Server;
  readonly #keys: IssuerKey[] = [];
  /** What its discovery document says beside, or instead of, what is true. */
  readonly discovery: Record<string, unknown> = {};
  /** How often its keys were read. */
  reads = 0;
  issuer = '';

  private constructor() {
    this.#server = createServer((request, response) => {
      if (request.url === '/keys') this.reads += 1;
      const answers: Readonly<Record<string, () => unknown>> = {
        '/.well-known/openid-configuration': () => ({
          issuer: this.issuer,
          jwks_uri: this.jwksUrl,
          ...this.discovery,
        }),
        '/keys': () => ({ keys: this.#keys.map(({ publicJwk }) => publicJwk) }),
      };
      const answer = answers[request.url ?? '']?.();
      response
        .writeHead(answer === undefined ? 404 : 200, { connection: 'close' })
        .end(JSON.stringify(answer ?? {}));
    });
  }

  static async start(): Promise<IssuerDouble> {
    const double = new IssuerDouble();
    await double.addKey('ES256');
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve));
    double.issuer = `http://127.0.0.1:${(double.#server.address() as AddressInfo).port}`;
    return double;
  }

  get jwksUrl(): string {
    return `${this.issuer}/keys`;
  }

  get publicJwk(): JWK {
    return this.#keys.at(-1)!.publicJwk;
  }

  /** Further tokens are signed with it. */
  async addKey(alg: string): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    const kid = `k${this.#keys.length + 1}`;
    this.#keys.push({
      kid,
      privateKey,
      publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    });
  }

  /** The keys of before are not published any more. */
  removeOldKeys(): void {
    this.#keys.splice(0, this.#keys.length - 1);
  }

  /** A token that is good for an hour, unless its claims say otherwise. */
  token(claims: Claims = {}, header: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const { kid, privateKey, publicJwk } = this.#keys.at(-1)!;
    return new SignJWT(this.claims(claims))
      .setProtectedHeader({ alg: publicJwk.alg!, kid, ...header })
      .sign(privateKey);
  }

  unsignedToken(claims: Claims = {}): string {
    return new UnsecuredJWT(this.claims(claims)).encode();
  }

  claims(changes: Claims = {}): JWTPayload {
    const now = Math.floor(Date.now() / 1_000);
    const whole = {
      iss: this.issuer,
      aud: 'coordinator',
      sub: 'ci-bot',
      scope: 'openid record',
      iat: now,
      exp: now + 3_600,
      ...changes,
    };
    return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
