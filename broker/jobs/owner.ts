/** Who owns what comes in over loopback, until there are identities: the user who runs the broker. */
export const localOwner = 'local';
