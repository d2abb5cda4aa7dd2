import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  type Document,
  defaultBounds,
  diagnosticCodes,
  diagnosticLines,
  fromJson,
  matchesResource,
  matchesSla,
  type Reading,
  readDocument,
  scan,
  toJson,
  vocabulary,
} from '../../grammar/index.ts';

interface Example {
  readonly line: number;
  readonly info: string;
  readonly text: string;
}

const page = readFileSync(new URL('../../docs/sla.md', import.meta.url), 'utf8');

const examples: Example[] = [...page.matchAll(/^```([^\n]+)\n(.*?)^```$/gms)].map((match) => ({
  line: page.slice(0, match.index).split('\n').length,
  info: match[1] ?? '',
  text: match[2] ?? '',
}));

const said = (reading: Reading) =>
  diagnosticLines('document' in reading ? reading.warnings : reading.diagnostics);

function readingsOf({ info, text }: Example): Reading[] {
  return info.startsWith('json')
    ? [fromJson(JSON.parse(text))]
    : scan(text).map((framed) => readDocument(framed));
}

function documentsOf(example: Example): Document[] {
  return readingsOf(example).map((reading) => {
    if ('diagnostics' in reading) throw new Error(said(reading));
    return reading.document;
  });
}

function matches(ask: Document | undefined, told: Document): boolean {
  if (ask?.language === 'SLA' && ask.action === 'Ask' && told.language === 'SLA' && told.action === 'Tell') {
    return matchesSla(ask, told);
  }
  if (
    ask?.language === 'RESOURCE' &&
    ask.action === 'Ask' &&
    told.language === 'RESOURCE' &&
    told.action === 'Tell'
  ) {
    return matchesResource(ask, told);
  }
  throw new Error('an Ask, then Tells of its language');
}

describe('docs/sla.md', () => {
  for (const [index, example] of examples.entries()) {
    const { line, info } = example;
    const answer = examples[index + 1]?.info === 'text' ? examples[index + 1]?.text : undefined;
    if (info === 'text') continue;

    it(`has an example in line ${line} that is as it says (${info})`, () => {
      if (info === 'sla refused' || info === 'json refused') {
        const readings = readingsOf(example);
        expect(readings.every((reading) => 'diagnostics' in reading)).to.equal(true);
        expect(readings.map(said).join('')).to.equal(answer);
        return;
      }
      const [first, ...rest] = documentsOf(example);
      expect(first).to.not.equal(undefined);
      expect(readingsOf(example).map(said).join('')).to.equal(answer ?? '');
      if (info === 'sla matches')
        expect(rest.map((told) => matches(first, told))).to.deep.equal(rest.map(() => true));
      else if (info === 'sla differs')
        expect(rest.map((told) => matches(first, told))).to.deep.equal(rest.map(() => false));
      else expect(info).to.be.oneOf(['sla', 'json']);
    });
  }

  it('gives the example in JSON as the text after it', () => {
    const at = examples.findIndex(({ info }) => info === 'json');
    const [json, text] = [examples[at]!, examples[at + 1]!].map((example) => documentsOf(example)[0]!);
    expect(JSON.stringify(toJson(text!))).to.equal(JSON.stringify(toJson(json!)));
  });

  it('names every header and every bound', () => {
    for (const { name } of vocabulary) expect(page).to.include(`\`${name}\``);
    for (const bound of Object.values(defaultBounds))
      expect(page).to.match(new RegExp(`\\| ${bound}( bytes)? \\|`));
  });

  it('has examples of every outcome', () => {
    const outcomes = new Set(examples.map(({ info }) => info));
    expect([...outcomes].sort()).to.deep.equal([
      'json',
      'json refused',
      'sla',
      'sla differs',
      'sla matches',
      'sla refused',
      'text',
    ]);
    expect(Object.values(diagnosticCodes).every((sentence) => sentence.endsWith('.'))).to.equal(true);
  });
});
