const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** Whether only this machine reaches the host, which is a name or an address, as in a URL or without brackets. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Whether what comes from there is what its owner sent: by TLS, or without leaving this machine. It holds no secret. */
export function isTrustedAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username !== '' || password !== '' || search !== '' || hash !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
