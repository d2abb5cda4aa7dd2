import type { z } from 'zod';
import { type SettingMeta, settingMeta } from './units.ts';

/** A whole configuration: services, each with its settings. */
export type ConfigSchema = z.ZodObject<Record<string, z.ZodObject>>;

/** One setting and all names by which it can be set. */
export interface Known extends SettingMeta {
  readonly service: string;
  readonly key: string;
  /** `service.key`, as in the file and in `--set`. */
  readonly path: string;
  /** Its name in the environment. */
  readonly variable: string;
  readonly schema: z.core.$ZodType;
}

/** Every setting of a schema, in the schema's order. Throws where two settings share a name, or one says nothing. */
export function settingsOf(schema: ConfigSchema): Known[] {
  const names = new Set<string>();
  const found: Known[] = [];
  for (const [service, settings] of Object.entries(schema.shape)) {
    for (const [key, field] of Object.entries(settings.shape)) {
      const path = `${service}.${key}`;
      const meta = settingMeta.get(field);
      if (meta === undefined) throw new Error(`${path} is not made by platform/config/units.ts`);
      const variable = `OGM_${(meta.flag ?? path).toUpperCase().replaceAll(/[.-]/g, '_')}`;
      if (names.has(variable)) throw new Error(`${path} shares the name ${variable} with another setting`);
      names.add(variable);
      found.push({ ...meta, service, key, path, variable, schema: field });
    }
  }
  return found;
}
