import { expect } from 'chai';
import { z } from 'zod';
import { choice, count, duration, list, port } from '../../../platform/config/units.ts';
import { configurationPage } from '../../../tools/configuration-page.ts';

describe('the page of settings', () => {
  it('shows each setting below its service, with its default as a person writes it, its unit and its names', () => {
    const page = configurationPage(
      z.strictObject({
        doors: z.strictObject({
          'http-port': port(undefined, { says: 'Where HTTP listens.', flag: 'http-port' }),
          kinds: list('text', [], { says: 'A | B.' }),
        }),
        market: z.strictObject({
          'tell-lifetime': duration('1 h', { says: 'How long a Tell lives.' }),
          'most-tells': count(1000, { says: 'How many.' }),
          order: choice(['up', 'down'], 'up', { says: 'Which way.' }),
        }),
      }),
    );
    const lines = page.split('\n');
    expect(lines.filter((line) => line.startsWith('## '))).to.deep.equal(['## doors', '## market']);
    expect(lines.filter((line) => line.startsWith('| `'))).to.deep.equal([
      '| `http-port` | not set | port | `--http-port` | `OGM_HTTP_PORT` | Where HTTP listens. |',
      '| `kinds` | none | list of text |  | `OGM_DOORS_KINDS` | A \\| B. |',
      '| `tell-lifetime` | `1 h` | duration |  | `OGM_MARKET_TELL_LIFETIME` | How long a Tell lives. |',
      '| `most-tells` | `1000` | count |  | `OGM_MARKET_MOST_TELLS` | How many. |',
      '| `order` | `up` | one of: up, down |  | `OGM_MARKET_ORDER` | Which way. |',
    ]);
    expect(page.endsWith('|\n')).to.equal(true);
  });
});
