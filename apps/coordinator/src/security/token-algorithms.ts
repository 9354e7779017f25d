/**
 * How a token may be signed: by keys of which the public half is enough to check. Never `none`, and never `HS…`, where
 * who can check can sign too, and where a public key could be taken for the secret.
 */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];
