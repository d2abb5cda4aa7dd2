import { Command } from 'commander';
import {
  type AnyReading,
  annotatedDiagnostic,
  type Diagnostic,
  inWords,
  parseAddress,
} from '../../grammar/index.ts';
import { Refusal } from '../../platform/failure.ts';
import { failure } from '../../protocol/catalogue.ts';
import { type Conversion, tellsFromClassAds } from '../classad/index.ts';
import { exit } from '../exit.ts';
import { createOutput, type Output } from '../output.ts';
import { textWithComments } from '../sla/comments.ts';
import { type Input, readInput, replaceFile } from '../sla/files.ts';
import { documentsOf, isJson, jsonOf, readingsOf, textOf } from '../sla/readings.ts';

/** `ogm sla`: documents of the language in files of this machine; no service is asked. */
export function slaCommand(): Command {
  const command = new Command('sla')
    .summary('Check, format, explain and convert documents of the SLA language')
    .description(
      'Checks, formats, explains and converts documents of the SLA language, in files of this machine.',
    );
  for (const sub of [check(), format(), explain(), toJson(), toText(), fromClassAd()]) {
    command.addCommand(
      sub
        .option('--json', 'results as JSON, one object a line')
        .showHelpAfterError('(--help tells how to use it)')
        .exitOverride(),
    );
  }
  return command;
}

/** What a subcommand gets beside its own options. */
interface Context {
  readonly out: Output;
  readonly json: boolean;
}

function contextOf(command: Command): Context {
  const out = createOutput(process.stdout, process.stderr, process.env);
  return { out, json: command.opts<{ json?: boolean }>().json === true };
}

function onFiles(name: string, summary: string): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary}.`)
    .argument('[files...]', 'files of documents, divided by empty lines; standard input if left out or -', [
      '-',
    ]);
}

function check(): Command {
  return onFiles('check', 'Say what is wrong with documents, or likely to be').action(
    async (files: string[], _options, command: Command) => {
      const { out, json } = contextOf(command);
      const inputs = await Promise.all(files.map(readInput));
      const read = inputs.map((input) => ({ input, readings: readingsOf(input) }));
      let errors = 0;
      let warnings = 0;
      for (const { input, readings } of read) {
        for (const diagnostic of readings.flatMap(diagnosticsOf)) {
          if (diagnostic.severity === 'error') errors += 1;
          else warnings += 1;
          if (json) out.print(JSON.stringify({ file: input.path, ...plain(diagnostic) }));
          else out.print(`${input.name}: ${annotatedDiagnostic(diagnostic)}`.trimEnd());
        }
      }
      const documents = read.reduce((sum, { readings }) => sum + readings.length, 0);
      out.note(
        `${counted(documents, 'document')}, ${counted(errors, 'error')}, ${counted(warnings, 'warning')}`,
      );
      if (errors > 0) process.exitCode = exit.refused;
    },
  );
}

function diagnosticsOf(reading: AnyReading): readonly Diagnostic[] {
  return 'document' in reading ? reading.warnings : reading.diagnostics;
}

function plain({ severity, code, message, header, position }: Diagnostic) {
  return { severity, code, message, header, line: position?.line, column: position?.column };
}

function format(): Command {
  return onFiles('format', 'Print documents in canonical text')
    .option('--write', 'put the text in the place of the file, comments kept')
    .option('--check', 'print the names of files that --write would change, and end with 5 if there are any')
    .action(async (files: string[], options: { write?: true; check?: true }, command: Command) => {
      const { out, json } = contextOf(command);
      const inputs = await Promise.all(files.map(readInput));
      const formatted = inputs.map((input) => formattedText(input, options.write ?? options.check ?? false));
      if (options.write && inputs.some(({ path }) => path === '-')) {
        throw new Refusal(failure('bad-file', 'standard input cannot be written', 'name a file'));
      }
      if (!options.write && !options.check) {
        const text = formatted.map((one) => one.text).join('\n');
        if (!json) out.print(text.trimEnd());
        else
          for (const { input, text: one } of formatted)
            out.print(JSON.stringify({ file: input.path, text: one }));
        return;
      }
      const changed = formatted.filter((one) => one.isChanged);
      if (options.write) for (const { input, text } of changed) await replaceFile(input.path, text);
      for (const { input, isChanged } of formatted) {
        if (json) out.print(JSON.stringify({ file: input.path, changed: isChanged }));
        else if (isChanged) out.print(input.name);
      }
      if (options.check && !options.write && changed.length > 0) process.exitCode = exit.refused;
    });
}

/** `inPlace` keeps comments, of which canonical text has none. */
function formattedText(input: Input, inPlace: boolean) {
  if (isJson(input.bytes)) {
    const detail = `${input.name} is JSON, which has no canonical text`;
    throw new Refusal(failure('document-refused', detail, 'make text of it with ogm sla to-text'));
  }
  const { documents } = documentsOf(input);
  const written = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input.bytes);
  const text = inPlace ? textWithComments(written, documents) : documents.map(textOf).join('\n');
  return { input, text, isChanged: text !== written };
}

function explain(): Command {
  return onFiles('explain', 'Say in words what documents mean').action(
    async (files: string[], _options, command: Command) => {
      const { out, json } = contextOf(command);
      const paragraphs: string[] = [];
      for (const input of await Promise.all(files.map(readInput))) {
        const { documents, warnings } = documentsOf(input);
        for (const warning of warnings) out.note(`${input.name}: ${annotatedDiagnostic(warning)}`.trimEnd());
        for (const document of documents) {
          const words = inWords(document);
          const id = 'envelope' in document ? document.envelope.id : undefined;
          if (json) out.print(JSON.stringify({ file: input.path, action: document.action, id, words }));
          else paragraphs.push(words.join('\n'));
        }
      }
      if (!json) out.print(paragraphs.join('\n\n'));
    },
  );
}

function toJson(): Command {
  return onFiles('to-json', 'Print documents in JSON, one object a line').action(
    async (files: string[], _options, command: Command) => {
      const { out } = contextOf(command);
      const documents = (await Promise.all(files.map(readInput))).flatMap(
        (input) => documentsOf(input).documents,
      );
      for (const document of documents) out.print(JSON.stringify(jsonOf(document)));
    },
  );
}

function toText(): Command {
  return onFiles('to-text', 'Print documents as text, such as those in JSON').action(
    async (files: string[], _options, command: Command) => {
      const { out, json } = contextOf(command);
      const texts = (await Promise.all(files.map(readInput))).flatMap((input) =>
        documentsOf(input).documents.map(textOf),
      );
      if (json) for (const text of texts) out.print(JSON.stringify({ text }));
      else out.print(texts.join('\n').trimEnd());
    },
  );
}

function fromClassAd(): Command {
  return new Command('from-classad')
    .summary('Turn what condor_status -long prints into Tells')
    .description(
      'Turns what condor_status -long prints into Tells of version 1.0, and says what it left out.',
    )
    .argument('[file]', 'a file of ClassAds; standard input if left out or -', '-')
    .requiredOption('--broker-address <host:port>', 'what the Tells say as Broker-IP')
    .action(async (file: string, { brokerAddress }: { brokerAddress: string }, command: Command) => {
      const { out, json } = contextOf(command);
      if (parseAddress(brokerAddress) === undefined) {
        const detail = `--broker-address is an address with a port, such as 193.10.66.141:7685; found '${brokerAddress}'`;
        throw new Refusal(failure('bad-setting', detail, 'say where the broker takes Asks'));
      }
      const input = await readInput(file);
      const conversion = tellsFromClassAds(new TextDecoder().decode(input.bytes), brokerAddress);
      if (conversion.ads === 0) {
        const detail = `${input.name} holds no ClassAd`;
        throw new Refusal(failure('document-refused', detail, 'give it what condor_status -long prints'));
      }
      if (json) for (const tell of conversion.tells) out.print(JSON.stringify(jsonOf(tell)));
      else if (conversion.tells.length > 0) out.print(conversion.tells.map(textOf).join('\n').trimEnd());
      for (const line of report(conversion)) out.note(line);
    });
}

/** How many lines of one kind are shown. */
const linesShown = 50;

function* report({ ads, tells, leftOut, refused, strays }: Conversion): Generator<string> {
  yield `${counted(ads, 'ad')} read, ${counted(tells.length, 'Tell')} made`;
  for (const [why, count] of refused) yield `no Tell of ${counted(count, 'ad')}: ${why}`;
  if (strays.length > 0) {
    const first = strays.slice(0, 5).join(', ');
    yield `${counted(strays.length, 'line')} passed over that hold no attribute: ${first}${strays.length > 5 ? ', …' : ''}`;
  }
  if (leftOut.size > 0) yield 'not carried over:';
  for (const [what, count] of [...leftOut].slice(0, linesShown)) yield `  ${what} (${count})`;
  if (leftOut.size > linesShown) yield `  and ${leftOut.size - linesShown} more names`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
