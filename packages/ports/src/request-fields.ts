import { refuse } from './arguments.js';

/** @throws DataAdapterError `INVALID_ARGUMENT` for what is no object, or has a field that is not known. */
export function checkRequestFields(
  request: unknown,
  fields: Readonly<Record<string, true>>,
  path: string,
): asserts request is object {
  if (typeof request !== 'object' || request === null) refuse(path, 'must be an object');
  for (const field of Object.keys(request)) {
    if (!Object.hasOwn(fields, field)) refuse(`${path}.${field}`, 'is not a field that is known here');
  }
}
