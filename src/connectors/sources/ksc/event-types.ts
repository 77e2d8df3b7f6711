import type { Severity } from '../../../core/observation.ts'
import type { EventType } from '../../source.ts'

const malware = 'Look at the object and the user in the event, isolate the device if needed, and run a full scan.'
const outcome = 'Check in the event what became of the object; run a full scan when it was not removed.'
const licence = 'Compare the number of licensed devices with the licence, and buy or free licences.'
const device = 'Look at the status of the device in KSC: its reasons say what to do.'
const control = 'Check whether the user needs what was blocked; adapt the rule, or talk to the user.'

/**
 * Event types by their code, with the severity they usually have at Warning or above (ksc-open-api.md 6.6). The product that
 * raises an event decides its severity, so none is ever derived from the type.
 */
const known: readonly (readonly [key: string, title: string, usualSeverity: Severity, advice: string])[] = [
  ['GNRL_EV_VIRUS_FOUND', 'Malicious object detected', 'critical', malware],
  ['GNRL_EV_VIRUS_FOUND_BY_KSN', 'Malicious object detected (KSN)', 'critical', malware],
  ['GNRL_EV_VIRUS_FOUND_AND_BLOCKED', 'Malicious object detected and blocked', 'critical', malware],
  ['GNRL_EV_OBJECT_NOTCURED', 'Object cannot be disinfected', 'critical', malware],
  ['GNRL_EV_OBJECT_CURED', 'Object disinfected', 'warning', outcome],
  ['GNRL_EV_OBJECT_DELETED', 'Object deleted', 'warning', outcome],
  ['GNRL_EV_OBJECT_QUARANTINED', 'Object quarantined', 'warning', outcome],
  ['GNRL_EV_OBJECT_BLOCKED', 'Object blocked', 'warning', outcome],
  ['GNRL_EV_OBJECT_REPORTED', 'Object reported', 'warning', outcome],
  ['GNRL_EV_OBJECT_PASSED', 'Object passed', 'warning', outcome],
  ['GNRL_EV_SUSPICIOUS_OBJECT_FOUND', 'Probably infected object detected', 'warning', malware],
  ['GNRL_EV_PASSWD_ARCHIVE_FOUND', 'Password-protected archive detected', 'warning', outcome],
  [
    'GNRL_EV_ATTACK_DETECTED',
    'Network attack detected',
    'critical',
    'Find the attacking address in the event; if it is one of your own devices, isolate and scan it.',
  ],
  [
    'GNRL_EV_PLC_ATTACK_DETECTED',
    'Attack on a controller detected',
    'critical',
    'Find the attacking address in the event and check the controller with the people who run it.',
  ],
  [
    'GNRL_EV_VIRUS_OUTBREAK',
    'Virus outbreak',
    'critical',
    'Many detections in a short time: find the devices and the first one, isolate it, and scan the others.',
  ],
  [
    'GNRL_EV_LICENSE_EXPIRATION',
    'License expires soon or has expired',
    'critical',
    'Renew the license or install a valid key.',
  ],
  ['GNRL_EV_APPLICATION_LAUNCH_DENIED', 'Application start blocked', 'warning', control],
  ['GNRL_EV_WEB_URL_BLOCKED', 'Web address blocked', 'warning', control],
  ['GNRL_EV_DEVCTRL_DEV_PLUGGED', 'Device connected', 'warning', control],
  ['GNRL_EV_DEVCTRL_DEV_UNPLUGGED', 'Device disconnected', 'warning', control],
  [
    'GNRL_EV_PTOTECTION_LEVEL_CHANGED',
    'Protection level changed',
    'warning',
    'Check who changed the level of protection, and apply the policy again.',
  ],
  [
    'KLPRCI_TaskState',
    'Task failed',
    'functional-failure',
    'Open the results of the task in KSC; the event names the task and the error.',
  ],
  ['KLSRV_HOST_STATUS_CRITICAL', 'Device status is Critical', 'critical', device],
  ['KLSRV_HOST_STATUS_WARNING', 'Device status is Warning', 'warning', device],
  [
    'KLSRV_HOST_OUT_CONTROL',
    'Device has become unmanaged',
    'critical',
    'Restart the Network Agent on the device, or install it again.',
  ],
  ['KLSRV_EV_LICENSE_CHECK_MORE_110', 'License limit exceeded by more than 10 %', 'critical', licence],
  ['KLSRV_EV_LICENSE_CHECK_100_110', 'License limit exceeded', 'warning', licence],
  ['KLSRV_INVLICPROD_EXCEDED', 'Limit of a licensed applications group exceeded', 'functional-failure', licence],
  [
    'KLSRV_KLCLOUD_SCAN_ERROR',
    'Polling of a cloud segment failed',
    'functional-failure',
    'Check the credentials and rights of the cloud account in KSC.',
  ],
  [
    'KLSRV_RUNTIME_ERROR',
    'Run-time error of the Administration Server',
    'functional-failure',
    'Look at the text of the event and at the Kaspersky event log on the server.',
  ],
  [
    'KLSRV_EVENT_SPAM_EVENTS_DETECTED',
    'Frequent event detected',
    'warning',
    'The server holds back an event that comes too often: find out which device sends it and why.',
  ],
  [
    'KLSRV_EVENT_HOSTS_NOT_VISIBLE',
    'Devices not visible on the network for a long time',
    'warning',
    'Check whether these devices are still in use; remove those that are not.',
  ],
  [
    'KLSRV_EV_INCIDENT_ADDED',
    'Incident (security issue) created',
    'critical',
    'Open the incident of the device in KSC, deal with it and mark it as processed.',
  ],
]

export const eventTypes: readonly EventType[] = known.map(([key, title, usualSeverity, advice]) => ({
  key,
  title,
  usualSeverity,
  advice,
}))
