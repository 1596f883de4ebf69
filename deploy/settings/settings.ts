/** Every setting there is, once, with who reads it: what `.env.example` and the README's table are made of. */

import { gatewaySettings } from '../../services/gateway/config.ts';
import { ingestSettings } from '../../services/ingest/config.ts';
import { ticketingSettings } from '../../services/ticketing/config.ts';
import { commonSettings } from '../../shared/config/common.ts';
import type { Setting, Settings } from '../../shared/config/index.ts';
import { composeSettings } from './compose-settings.ts';

export const serviceSettings = {
  gateway: gatewaySettings,
  ingest: ingestSettings,
  ticketing: ticketingSettings,
} as const satisfies Record<string, Settings>;
export type ServiceName = keyof typeof serviceSettings;

export interface SettingDoc {
  name: string;
  doc: string;
  default: string | undefined;
  example: string | undefined;
  required: boolean;
  secret: boolean;
}

export interface SettingGroup {
  title: string;
  settings: SettingDoc[];
}

const toDoc = (name: string, docs: string[], setting: Setting): SettingDoc => ({
  name,
  doc: docs.join(' '),
  default: setting.default,
  example: setting.example,
  required: setting.default === undefined && !setting.optional,
  secret: setting.secret === true,
});

const fromRecord = (title: string, settings: Settings): SettingGroup => ({
  title,
  settings: Object.entries(settings).map(([name, setting]) => toDoc(name, [setting.doc], setting)),
});

/** Settings that only some services read, grouped by who reads them: `Gateway`, `Gateway and ticketing` … */
function ownGroups(): SettingGroup[] {
  const readers = new Map<string, { services: string[]; docs: Set<string>; setting: Setting }>();
  for (const [service, settings] of Object.entries<Settings>(serviceSettings))
    for (const [name, setting] of Object.entries(settings)) {
      if (name in commonSettings) continue;
      const entry = readers.get(name) ?? { services: [], docs: new Set(), setting };
      entry.services.push(service);
      entry.docs.add(setting.doc);
      readers.set(name, entry);
    }
  const groups = new Map<string, SettingGroup>();
  for (const [name, { services, docs, setting }] of readers) {
    const title = services.join(' and ').replace(/^./, (letter) => letter.toUpperCase());
    const group = groups.get(title) ?? { title, settings: [] };
    group.settings.push(toDoc(name, [...docs], setting));
    groups.set(title, group);
  }
  return [...groups.values()];
}

/** All settings, in the order they are shown. */
export const settingGroups = (): SettingGroup[] => [
  fromRecord('All services', commonSettings),
  ...ownGroups(),
  fromRecord('Only docker-compose.yml', composeSettings),
];
