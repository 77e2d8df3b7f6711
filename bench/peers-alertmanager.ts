import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { endProgram, freePort, killTree, startProgram, untilStarted } from './processes.ts'
import type { Place, Running, Thing } from './thing.ts'

/**
 * Alertmanager, of the Debian package `prometheus-alertmanager`. Each alert is a group of its own, so that it can be a
 * ticket of its own; its webhook goes to the desk. The settings below are the ones that served it best.
 */

const program = 'prometheus-alertmanager'
const batch = 1_000
const day = 86_400_000

const settings = (deskUrl: string, groupInterval: string): string => `route:
  receiver: desk
  group_by: ['...']
  group_wait: 0s
  group_interval: ${groupInterval}
  repeat_interval: 24h
receivers:
  - name: desk
    webhook_configs:
      - url: ${deskUrl}/webhook
        send_resolved: true
`

/**
 * `cache` is a folder that outlasts the run; nothing is installed on the system. `groupInterval`, such as `1s`: how often a
 * group looks whether something is to be told, and so how long a close may wait.
 */
export function createAlertmanager(cache: string, groupInterval: string): Thing {
  let command: Command = { program: '', before: [] }

  return {
    name: 'alertmanager',
    async prepare() {
      const installed = findInstalled()
      command = installed === null ? await unpack(join(cache, 'alertmanager')) : { program: installed, before: [] }
      const output = execFileSync(command.program, [...command.before, '--version'], { encoding: 'utf8' })
      const version = /version (\S+)/.exec(output)?.[1]
      if (version === undefined) throw new Error(`Alertmanager did not tell its version but “${output}”.`)
      return version
    },
    start: (place) => start(command, groupInterval, place),
  }
}

function findInstalled(): string | null {
  try {
    return execFileSync('/usr/bin/which', [program], { encoding: 'utf8' }).trim()
  } catch {
    // `which` fails when there is none.
    return null
  }
}

/** A program and what comes before its own arguments. */
type Command = { readonly program: string; readonly before: readonly string[] }

async function unpack(folder: string): Promise<Command> {
  const unpacked = join(folder, 'usr', 'bin', program)
  if (!existsSync(unpacked)) await fetchPackage(folder)
  // It reads its templates from /usr/share and nowhere else: it gets a view of its own of that folder.
  const namespace = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user']
  const view = 'mount --bind "$1" /usr/share && shift && exec "$@"'
  return {
    program: '/usr/bin/unshare',
    before: [...namespace, '/bin/sh', '-c', view, 'sh', join(folder, 'usr', 'share'), unpacked],
  }
}

async function fetchPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  try {
    execFileSync('apt-get', ['-q', 'download', program], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  } catch (cause) {
    const message = `The Debian package ${program} could not be fetched: run “apt-get update”, or install it.`
    throw new Error(message, { cause })
  }
  const file = (await readdir(folder)).find((name) => name.endsWith('.deb'))
  if (file === undefined) throw new Error(`apt-get left no package in ${folder}.`)
  execFileSync('/usr/bin/dpkg', ['-x', file, '.'], { cwd: folder })
}

async function start(command: Command, groupInterval: string, { deskUrl, folder }: Place): Promise<Running> {
  const file = join(folder, 'alertmanager.yml')
  await writeFile(file, settings(deskUrl, groupInterval))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const logFile = join(folder, 'alertmanager.log')
  const log = await open(logFile, 'a')
  const child = startProgram(
    command.program,
    [
      ...command.before,
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    // A notification that fails is an error line each: too many for the screen.
    { stdio: ['ignore', log.fd, log.fd] },
  )
  await log.close()
  try {
    await untilStarted('Alertmanager', child, () => answers(`${url}/-/ready`))
  } catch (cause) {
    const said = readFileSync(logFile, 'utf8').trim().split('\n').at(-1)
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)} It said: ${said}`, { cause })
  }

  const tell = async (alerts: readonly object[]): Promise<void> => {
    for (let begin = 0; begin < alerts.length; begin += batch) await post(url, alerts.slice(begin, begin + batch))
  }

  return {
    pid: child.pid ?? 0,
    begin: (count) => tell(alertsOf(count, Date.now() + day)),
    end: (count) => tell(alertsOf(count, Date.now())),
    // Its answer to the request is all it ever says.
    accepted: () => Promise.resolve(),
    urgent: () => tell([alertOf('URGENT', 'urgent', 'critical', Date.now() + day)]),
    // Prometheus repeats for a quarter of an hour what has ended.
    remind: (count) => tell(alertsOf(count, Date.now())),
    kill: () => killTree(child),
    stop: () => endProgram(child),
  }
}

function alertsOf(count: number, endsAt: number): object[] {
  return Array.from({ length: count }, (_, n) =>
    alertOf(`Databases are outdated on PC-${n}`, `computer-${n}`, 'warning', endsAt),
  )
}

function alertOf(alertname: string, reference: string, severity: string, endsAt: number): object {
  return {
    labels: { alertname, reference, severity },
    annotations: { description: `${alertname}: update.` },
    startsAt: new Date(Date.now() - 60_000).toISOString(),
    endsAt: new Date(endsAt).toISOString(),
  }
}

async function post(url: string, alerts: readonly object[]): Promise<void> {
  const reply = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts),
  })
  await reply.text()
  if (reply.status !== 200) throw new Error(`Alertmanager answered ${reply.status} to alerts.`)
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status === 200
  } catch {
    // It does not listen yet.
    return false
  }
}
