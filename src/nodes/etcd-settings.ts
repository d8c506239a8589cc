/** The configuration of an etcd server, from each of the places that it can be in. */
import { mappingOf, textOf, type YamlMapping } from './yaml-file.js';

/** Values by the names of etcd's flags: `listen-client-urls`. */
export type EtcdSettings = Readonly<Record<string, string>>;

/** The flags of an argument list: `--name=value`, `--name value`, or with one dash. A flag without a value is `true`. */
export function settingsFromArguments(args: readonly string[]): EtcdSettings {
  const settings: Record<string, string> = {};
  for (let at = 0; at < args.length; at++) {
    const [, name, joined] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(args[at] ?? '') ?? [];
    if (name === undefined) continue;
    const next = args[at + 1];
    if (joined !== undefined) settings[name] = joined;
    else if (next === undefined || next.startsWith('-')) settings[name] = 'true';
    else {
      settings[name] = next;
      at++;
    }
  }
  return settings;
}

const VARIABLE_PREFIX = 'ETCD_';

/** `ETCD_LISTEN_CLIENT_URLS` is `listen-client-urls`. */
export function settingsFromVariables(variables: Readonly<Record<string, string>>): EtcdSettings {
  return Object.fromEntries(
    Object.entries(variables)
      .filter(([name, value]) => name.startsWith(VARIABLE_PREFIX) && value !== '')
      .map(([name, value]) => [name.slice(VARIABLE_PREFIX.length).toLowerCase().replaceAll('_', '-'), value]),
  );
}

/** The file of `--config-file`. Its TLS files for clients are in a mapping of their own, with the names of the flags. */
export function settingsFromYaml(document: unknown): EtcdSettings {
  const mapping = mappingOf(document);
  return { ...scalarsOf(mapping), ...scalarsOf(mappingOf(mapping['client-transport-security'])) };
}

function scalarsOf(mapping: YamlMapping): EtcdSettings {
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(mapping)) {
    const text = textOf(value);
    if (text !== undefined) settings[name] = text;
  }
  return settings;
}
