import { constants } from 'node:os';

const { EAGAIN, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EROFS } = constants.errno;

/** Why a program could not be started that says nothing of the program (errno(3)): the machine lacked what any needs. */
export const nodeFaults: readonly number[] = [EAGAIN, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC, EROFS];
