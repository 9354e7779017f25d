// Prints the ACL SETUSER line of a user with the least rights that the adapter works with:
//   node print-acl.mjs [user] [key prefix] | redis-cli
// The user has no password and cannot log in until one is set: ACL SETUSER <user> >password
import { readFileSync } from 'node:fs';

const [user = 'coordinator', keyPrefix = 'tc:'] = process.argv.slice(2);
const rights = readFileSync(new URL('acl-rights.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
process.stdout.write(`ACL SETUSER ${user} reset on ${rights.join(' ')} ~${keyPrefix}*\n`);
