/** What is wrong with an archive that came in: a sentence for whoever sent it. Anything else that is thrown is not about the archive. */
export class TarFault extends Error {
  override readonly name = 'TarFault';
}
