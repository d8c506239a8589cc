import { bytesFromText } from '../../go/bytes.js';
import { parseInt64 } from '../../go/number.js';
import { GoParseError } from '../../go/parse-error.js';
import { quoteGo } from '../../go/quote.js';
import { UsageError } from '../../model/errors.js';
import { isOlder, type MinorVersion, versionText } from '../../storage/backend/meta-bucket.js';

/**
 * `3.6`, as etcdutl's migrate reads it (etcdutl/migrate_command.go, v3.7.1, coreos/go-semver). Throws a `UsageError` in
 * its words.
 */
export function toTargetVersion(text: string, oldest: MinorVersion): MinorVersion {
  if (text.split('.').length !== 2) {
    throw new UsageError(`wrong target version format, expected "X.Y", got ${quoteGo(bytesFromText(text))}`);
  }
  const version = parseVersion(text);
  if (isOlder(version, oldest)) {
    const [wanted, least] = [version, oldest].map(versionText);
    throw new UsageError(`target version "${wanted}" not supported. Minimal "${least}"`);
  }
  return version;
}

function parseVersion(text: string): MinorVersion {
  const [beforeSuffix = '', suffix] = text.split(/[-+]/, 2);
  if (suffix !== undefined) {
    throw new UsageError(`failed to parse target version: ${beforeSuffix} is not in dotted-tri format`);
  }
  try {
    const [major = 0, minor = 0] = text.split('.').map((part) => Number(parseInt64(part, 10)));
    return { major, minor };
  } catch (cause) {
    if (!(cause instanceof GoParseError)) throw cause;
    throw new UsageError(`failed to parse target version: ${cause.message}`, 'arguments', { cause });
  }
}
