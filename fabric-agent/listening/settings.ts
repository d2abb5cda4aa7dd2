import { address, duration, folder, size } from '../../platform/config/units.ts';

/** The settings of the door at which clients call an agent. */
export const listeningSettings = {
  listen: address(undefined, {
    says: 'Where clients may call this agent, to drive it as a broker does (`ogm agent admit`); nowhere unless set. On another address than one of this machine it wants a certificate.',
  }),
  'listen-certificate': folder(undefined, {
    says: 'A file with the certificate by which the door for clients proves itself over TLS, as PEM.',
  }),
  'listen-key': folder(undefined, {
    says: 'A file with the key of that certificate, which only you can read.',
  }),
  'client-files': size('16 GiB', {
    says: 'How much files of one client may take here: what it has sent, and what its tasks left.',
  }),
  'client-files-kept': duration('7 d', {
    says: 'How long such a file is kept that no task names and nobody asks for.',
  }),
};
