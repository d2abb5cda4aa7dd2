import { type WhyView, whyView } from '../protocol/why/view.ts';
import { type CallOptions, requestJson, type ServiceAddress } from './http.ts';

/**
 * Why a job, a task (`<job>.<number>`), an offer or an agreement waits or has failed, at a broker. Throws a ServiceFailure,
 * `not-found` where the caller has nothing of this id there.
 */
export function whyWaits(address: ServiceAddress, id: string, options: CallOptions = {}): Promise<WhyView> {
  return requestJson(address, `/broker/v1/why/${encodeURIComponent(id)}`, whyView, options);
}
