import {
  type Document,
  printDocument,
  type ResourceAsk,
  type ResourceTell,
  readDocuments,
  type SlaAsk,
  type SlaTell,
} from '../../grammar/index.ts';

/** The one document of a text. */
export function documentOf(text: string): Document {
  const [reading, ...more] = readDocuments(text);
  if (reading === undefined || !('document' in reading) || more.length > 0)
    throw new Error(`this is no single document:\n${text}`);
  return reading.document;
}

export const slaTellOf = (lines: string) =>
  documentOf(`SLA-version: 0.1\nAction: Tell\n${lines}\n`) as SlaTell;
export const slaAskOf = (lines: string) => documentOf(`SLA-version: 0.1\nAction: Ask\n${lines}\n`) as SlaAsk;
export const resourceTellOf = (lines: string) =>
  documentOf(`RESOURCE-version: 0.1\nAction: Tell\n${lines}\n`) as ResourceTell;
export const resourceAskOf = (lines: string) =>
  documentOf(`RESOURCE-version: 0.1\nAction: Ask\n${lines}\n`) as ResourceAsk;

/** Documents as a person reads them. */
export const textsOf = (documents: readonly Document[]): string[] => documents.map(printDocument);

/** What a call was refused with; an error where it was not. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: string; status: number; detail: string; next?: string | undefined }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'status' in error && 'detail' in error)
      return error as Error & { code: string; status: number; detail: string };
    throw error;
  }
  throw new Error('it was not refused');
}
