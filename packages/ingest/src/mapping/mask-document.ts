import type { JsonObject, JsonValue } from '@test-coordinator/domain';
import { isSecretKey, maskSecrets } from '@test-coordinator/ports';

const MASK = '***';

/**
 * A document with its secrets masked: what stands under a secret name (a `secrets` section as a whole), the `value` of
 * a name–value pair with such a name, what follows a secret flag in a list of arguments, `${…}` places, and
 * credentials inside texts. What is absent, true or false stays visible.
 */
export function maskDocument(document: JsonObject): JsonObject;
export function maskDocument(document: JsonValue): JsonValue;
export function maskDocument(value: JsonValue): JsonValue {
  if (typeof value === 'string') return maskSecrets(value.replaceAll(/\$\{[^{}]{0,200}\}/g, `\${${MASK}}`));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return maskedList(value as readonly JsonValue[]);
  return maskedObject(value as JsonObject);
}

function maskedObject(object: JsonObject): JsonObject {
  const named = object['name'] ?? object['key'];
  const valueIsSecret = typeof named === 'string' && isSecretKey(named);
  const masked: Record<string, JsonValue> = {};
  for (const [key, member] of Object.entries(object)) {
    masked[key] =
      isSecretKey(key) || (key === 'value' && valueIsSecret) ? hidden(member) : maskDocument(member);
  }
  return masked;
}

function hidden(value: JsonValue): JsonValue {
  return value === null || typeof value === 'boolean' ? value : MASK;
}

function maskedList(list: readonly JsonValue[]): JsonValue {
  return list.map((item, index) => {
    const before = list[index - 1];
    const isFlag = typeof before === 'string' && /^--?[\w-]+$/.test(before);
    return isFlag && isSecretKey(before) ? hidden(item) : maskDocument(item);
  });
}
