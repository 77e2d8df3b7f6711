import type { LicenseKey } from '../model/types.ts'
import { type AttributeTable, bool, createTable, int, text, time } from './attribute.ts'

/** How many devices use each key, by serial. */
export type KeyUse = { active: Map<string, number>; reserve: Map<string, number> }

/** Key attributes (ksc-open-api.md 8.2). `KLLICSRV_KEYDATA` is not among them: only GetKeyData gives it, to who may. */
export function createKeyAttributes(use: KeyUse): AttributeTable<LicenseKey> {
  const isSubscription = (key: LicenseKey): boolean => key.subscriptionState !== null
  return createTable<LicenseKey>({
    KLLIC_SERIAL: text((key) => key.serial),
    KLLIC_PROD_NAME: text((key) => key.productName),
    KLLIC_APP_ID: int((key) => key.appId),
    KLLIC_PROD_SUITE_ID: int(() => undefined),
    KLLIC_KEY_TYPE: int((key) => key.keyType),
    KLLIC_LIC_COUNT: int((key) => key.licenseCount),
    KLLIC_NHOSTS_ASCURRENT: int((key) => use.active.get(key.serial) ?? 0),
    KLLIC_NHOSTS_ASNEXT: int((key) => use.reserve.get(key.serial) ?? 0),
    KLLIC_CREATION_DATE: time((key) => key.createdAt),
    KLLIC_LIMIT_DATE: time((key) => key.limitDate),
    KLLIC_NEAREST_EXPIRATION_DATE: time((key) => key.limitDate),
    KLLIC_LICENSE_PERIOD: int((key) => Math.round((key.limitDate - key.createdAt) / 86_400_000)),
    KLLIC_LICTYPE_IS_SUBSCRIPTION: bool(isSubscription),
    KLLIC_SUBSCRINFO_STATE: int((key) => key.subscriptionState ?? undefined),
    KLLIC_SUBSCRINFO_ENDDATETYPE: int((key) => (isSubscription(key) ? 2 : undefined)),
    KLLIC_SUBSCRINFO_ENDDATE: time((key) => (isSubscription(key) ? key.limitDate : undefined)),
    KLLIC_SUBSCRINFO_GRACETERM: int((key) => (isSubscription(key) ? 7 : undefined)),
    KLLIC_SUBSCRINFO_PROVIDERURL: text(() => undefined),
    KLLICSRV_KEY_INSTALLED: bool(() => true),
    KLLICSRV_AUTOKEY: bool(() => true),
    KLLIC_USED_BY_ADM_SRV: bool(() => false),
    KLLIC_MAJ_VER: int(() => 2),
    KLLIC_LICINFO: text(() => ''),
    KLLIC_SUPPORT_INFO: text(() => ''),
    KLLIC_CUSTOMER_INFO: text(() => ''),
    KLLIC_PART_NUMBER: text(() => undefined),
    KLLIC_PARTNER_NAME: text(() => undefined),
  })
}
