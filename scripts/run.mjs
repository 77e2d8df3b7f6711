// Starts a script with the Node that package-lock.json pins, whatever Node is on the machine; installs the packages first
// when they are missing. Plain JavaScript for old Nodes: `node scripts/run.mjs scripts/test.ts [arguments]`.
// The pinned Node is looked for in its package's folder: npm 10 leaves out its link in node_modules/.bin.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const windows = process.platform === 'win32'

if (!existsSync(join(root, 'node_modules', '.package-lock.json'))) {
  console.error('Installing the packages of package-lock.json (npm ci) ...')
  // What npm says goes to stderr: stdout belongs to the script. No package needs its install script, so none is run.
  const npm = spawnSync('npm ci --ignore-scripts --no-audit --no-fund --loglevel=error', {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    shell: true,
  })
  if (npm.status !== 0) {
    console.error('npm ci failed: see above. Run it by hand and start again.')
    process.exit(1)
  }
}

const folder = `node-${windows ? 'win' : process.platform}-${process.arch}`
const pinned = join(root, 'node_modules', folder, 'bin', windows ? 'node.exe' : 'node')
const node = existsSync(pinned) ? pinned : process.execPath
if (node === process.execPath && Number(process.versions.node.split('.')[0]) < 24) {
  console.error(`Node 24 or newer is needed on ${process.platform} ${process.arch}, this is ${process.version}.`)
  process.exit(1)
}

const child = spawn(node, process.argv.slice(2), {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
