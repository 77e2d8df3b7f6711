import { useTranslation } from 'react-i18next'

/** Why a message was not settled, in words; a reason that this console does not know stands for itself. */
export function useReasonWords(): (reason: string) => string {
  const { t } = useTranslation()
  return (reason) => t(`hub.reasons.${reason}`, { defaultValue: reason })
}
