/** `curl -s [-H HEADER]... URL [--data-binary TEXT]`, for machines that have none. */
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    'data-binary': { type: 'string' },
  },
});
const headers = values.header.map((header): [string, string] => {
  const colon = header.indexOf(':');
  return [header.slice(0, colon), header.slice(colon + 1).trim()];
});
const body = values['data-binary'];
const answer = await fetch(positionals[0]!, {
  headers,
  ...(body === undefined ? {} : { method: 'POST', body }),
});
process.stdout.write(await answer.text());
