/** In `broker.open-access`: everybody who may submit jobs. */
const everybody = '*';

/** Whether a user may have work done without an agreement, in what nobody holds. */
export function isOpenTo(openAccess: readonly string[], owner: string): boolean {
  return openAccess.includes(owner) || openAccess.includes(everybody);
}
