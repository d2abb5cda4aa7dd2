import { localUser } from '../../protocol/identities.ts';

/** Who owns what comes from the user who runs the broker, on its own machine. */
export const localOwner = localUser;
