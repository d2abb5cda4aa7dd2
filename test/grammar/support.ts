import {
  type Bounds,
  type Document,
  defaultBounds,
  diagnosticLines,
  type Framed,
  fromJson,
  readDocument,
  Scanner,
} from '../../grammar/index.ts';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a scanner makes of chunks, with the end of input after them. */
export function framedFrom(chunks: Iterable<Uint8Array>, bounds: Bounds = defaultBounds): Framed[] {
  const scanner = new Scanner(bounds);
  return [...Array.from(chunks, (chunk) => scanner.push(chunk)).flat(), ...scanner.end()];
}

/** The bytes cut into pieces of `size`. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

/** Documents as they are answered: each as the document, or as the lines of its refusal. */
export function readings(text: string | Uint8Array): (Document | string)[] {
  const bytes = typeof text === 'string' ? bytesOf(text) : text;
  return framedFrom([bytes]).map((framed) => {
    const reading = readDocument(framed);
    return 'document' in reading ? reading.document : diagnosticLines(reading.diagnostics);
  });
}

/** The one document of a text. */
export function documentOf(text: string): Document {
  const [reading, ...more] = readings(text);
  if (reading === undefined || typeof reading === 'string' || more.length > 0) {
    throw new Error(`no single document: ${JSON.stringify(reading)}`);
  }
  return reading;
}

/** The document of a JSON value. */
export function documentFromJson(json: unknown): Document {
  const reading = fromJson(json);
  if ('diagnostics' in reading) throw new Error(diagnosticLines(reading.diagnostics));
  return reading.document;
}

export const askText = 'SLA-version: 0.1\nAction: Ask\nApplication: gcc4.0.2\n';
export const tellText =
  'SLA-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nBroker-IP: 193.10.66.141:7685\n';
export const registrationText =
  'RESOURCE-version: 0.1\nAction: Tell\nApplication: gcc4.0.2\nHost: 193.10.66.20:8483\n' +
  'Poll: 193.10.66.20:8484\nCPU-Load: 0.2\nDate: 34857934\n';
export const queryText =
  'RESOURCE-version: 0.1\nAction: Ask\nApplication: gcc4.0.2\nCPU-Load: 0.5\nDate: 34857924\n';
