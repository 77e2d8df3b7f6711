import type { PsaField, PsaTerms } from '../connectors/psa.ts'
import type { Catalogue } from '../connectors/source.ts'
import { defaultDescriptionTemplate, defaultTitleTemplate, templateFields } from '../core/texts.ts'
import type { Deps } from './deps.ts'
import { type SettingsField, settingsFields } from './settings-fields.ts'

export type ConnectorList = {
  readonly sources: readonly {
    readonly id: string
    readonly name: string
    /** It sends by itself and is never asked. */
    readonly pushed: boolean
    readonly settings: readonly SettingsField[]
    readonly catalogue: Catalogue
  }[]
  readonly psas: readonly {
    readonly id: string
    readonly name: string
    readonly terms: PsaTerms
    readonly settings: readonly SettingsField[]
    readonly generalFields: readonly PsaField[]
    readonly ruleFields: readonly PsaField[]
  }[]
  readonly templates: {
    readonly fields: readonly { readonly key: string; readonly help: string }[]
    readonly title: string
    readonly description: string
  }
}

/** All that forms are drawn from: connectors with their settings, catalogues and rule fields, and the template fields. */
export function listConnectors(deps: Deps): ConnectorList {
  return {
    sources: [...deps.sources.values()].map(({ id, name, pushed, settings, catalogue }) => ({
      id,
      name,
      pushed: pushed !== undefined,
      settings: settingsFields(settings),
      catalogue,
    })),
    psas: [...deps.psas.values()].map(({ id, name, terms, settings, generalFields, ruleFields }) => ({
      id,
      name,
      terms,
      settings: settingsFields(settings),
      generalFields,
      ruleFields,
    })),
    templates: {
      fields: Object.entries(templateFields).map(([key, help]) => ({ key, help })),
      title: defaultTitleTemplate,
      description: defaultDescriptionTemplate,
    },
  }
}
