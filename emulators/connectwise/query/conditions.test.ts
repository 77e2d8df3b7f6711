import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDesk, type TestDesk } from '../test-desk.ts'

let desk: TestDesk
/** Tickets by a name of ours. */
const ids: Record<string, number> = {}

beforeAll(async () => {
  const clock = { now: () => new Date('2026-01-05T10:00:00.700Z') }
  desk = await startDesk({ clock, companies: ['Acme', 'Brandt & Söhne', 'Club 5+'] })
  const make = async (name: string, more: object): Promise<void> => {
    ids[name] = await desk.ticket(more)
    await desk.act({ act: 'clock', advanceSeconds: 3600 })
  }
  await make('first', { summary: 'Disk 100% full', externalXRef: 'KSC:1', severity: 'High', budgetHours: 2 })
  await make('second', { summary: 'Virus *found*', externalXRef: 'KSC:2', company: { id: 251 }, severity: 'Low' })
  await make('third', {
    summary: 'say "hi" + \\ o\'clock',
    externalXRef: 'other',
    company: { id: 252 },
    budgetHours: 5,
  })
  await make('closed', {
    summary: 'disk replaced',
    board: { id: 5 },
    type: { name: 'Incident' },
    status: { name: 'Closed' },
  })
  await desk.patch(`service/tickets/${ids.first}`, [
    {
      op: 'replace',
      path: 'customFields',
      value: [
        { id: 5, value: 'PC-1' },
        { id: 6, value: 7.5 },
      ],
    },
    { op: 'replace', path: 'owner', value: { identifier: 'tech2' } },
  ])
  const device = (await desk.get('company/configurations?pageSize=1')).list[0]?.id
  await desk.post(`service/tickets/${ids.second}/configurations`, { id: device })
  ids.device = device ?? 0
})
afterAll(() => desk.stop())

async function names(conditions: string): Promise<string[]> {
  const found = await desk.find(conditions)
  return found.map((id) => Object.keys(ids).find((name) => ids[name] === id) ?? String(id))
}

const all = ['first', 'second', 'third', 'closed']

describe('conditions', () => {
  it.each<[string, string[]]>([
    ['', all],
    ['externalXRef="KSC:1"', ['first']],
    ['externalXRef = "ksc:1"', ['first']],
    ["externalXRef = 'KSC:1'", ['first']],
    ['externalXRef != "KSC:1"', ['second', 'third']],
    ['externalXRef = null', ['closed']],
    ['externalXRef != null', ['first', 'second', 'third']],
    ['summary contains "DISK"', ['first', 'closed']],
    ['summary not contains "disk"', ['second', 'third']],
    ['summary like "disk*"', ['first', 'closed']],
    ['summary like "*full"', ['first']],
    ['summary like "disk%ed"', ['closed']],
    ['summary not like "d*"', ['second', 'third']],
    ['summary like "disk"', []],
    ['summary contains "100%"', ['first']],
    ['summary contains "*found*"', ['second']],
    ['summary contains "\\"hi\\" + \\\\"', ['third']],
    ['summary > "s"', ['second', 'third']],
    ['externalXRef in ("KSC:1", "KSC:2", "none")', ['first', 'second']],
    ['externalXRef not in ("KSC:1")', ['second', 'third']],
    ['company/id in (250, 252)', ['first', 'third', 'closed']],
    ['company/id=251', ['second']],
    ['company/id="251"', ['second']],
    ['company/identifier="Acme"', ['first', 'closed']],
    ['company/name = "Brandt & Söhne"', ['second']],
    ['board/name="Security"', ['closed']],
    ['status/name="Closed"', ['closed']],
    ['Status/Name="New"', ['first', 'second', 'third']],
    ['owner/identifier="tech2"', ['first']],
    ['owner = null', ['second', 'third', 'closed']],
    ['owner != null', ['first']],
    ['owner/id = null and closedFlag = False', ['second', 'third']],
    ['closedFlag=True', ['closed']],
    ['closedFlag = false', ['first', 'second', 'third']],
    ['closedFlag != TRUE', ['first', 'second', 'third']],
    ['closedDate != null', ['closed']],
    ['severity="High"', ['first']],
    ['severity in ("Low", "High")', ['first', 'second']],
    ['severity != "Medium"', ['first', 'second']],
    ['budgetHours >= 2', ['first', 'third']],
    ['budgetHours > 2 and budgetHours <= 5', ['third']],
    ['budgetHours = 2.0', ['first']],
    ['budgetHours > -1', ['first', 'third']],
    ['_info/dateEntered < [2026-01-05T11:30:00Z]', ['first', 'second']],
    ['dateEntered >= [2026-01-05T12:00:00Z]', ['third', 'closed']],
    ['dateEntered = [2026-01-05T10:00:00Z]', ['first']],
    ['dateEntered > [2026-01-05]', all],
    ['dateEntered > [2026-01-05 12:30:00]', ['closed']],
    ['lastUpdated >= [2026-01-05T14:00:00Z]', ['first']],
    ['_info/updatedBy = "MonitoringAPI"', all],
    ['closedFlag=False and company/id=250 or board/id=5', ['first', 'closed']],
    ['closedFlag=False AND (company/id=250 OR company/id=251)', ['first', 'second']],
    ['company/id=252 or company/id=250 and board/id=3', ['first', 'third']],
    ['((summary contains "disk"))', ['first', 'closed']],
  ])('%s', async (conditions, expected) => {
    expect(await names(conditions)).toEqual(expected)
  })

  it('finds tickets by one device', async () => {
    expect(await names(`configuration/id=${ids.device}`)).toEqual(['second'])
    expect(await names('configuration/id=1')).toEqual([])
  })

  it('reads spaces as + and as %20, and names of parameters in any case', async () => {
    const plus = await desk.get('service/tickets?Conditions=closedFlag+%3D+False+and+company%2Fid+%3D+250')
    const percent = await desk.get('service/tickets?conditions=closedFlag%20=%20False%20and%20company/id%20=%20250')
    expect(plus.list.map((one) => one.id)).toEqual([ids.first])
    expect(percent.list).toEqual(plus.list)
    const sign = await desk.get('service/tickets?conditions=company%2Fname%3D%22Club+5%2B%22&fields=id')
    expect(sign.list).toEqual([{ id: ids.third }])
  })

  it.each([
    ['colour = "red"', 'colour is not a recognized name.'],
    ['company/phone = "1"', 'company/phone is not a recognized name.'],
    ['board/location/id = 1', 'board/location/id is not a recognized name.'],
    ['initialDescription contains "x"', 'initialDescription is not a recognized name.'],
    ['customFields = "x"', 'customFields is not a recognized name.'],
    ['summary/id = 1', 'summary/id is not a recognized name.'],
    ['severity = "Urgent"', 'Enum value supplied was invalid'],
    ['company = 250', 'company can only be compared with null'],
    ['closedFlag > True', '> cannot be used with closedFlag'],
    ['budgetHours contains "2"', 'contains cannot be used with budgetHours'],
    ['closedFlag = "yes"', '"yes" is not a value for closedFlag'],
    ['summary = disk', 'texts in double quotes'],
    ['summary = 5', '5 is not a value for summary'],
    ['lastUpdated > "2026-01-05"', 'is not a value for lastUpdated'],
    ['lastUpdated > [2026-01-05T10:00:00+01:00]', 'must be UTC without an offset'],
    ['lastUpdated > [yesterday]', '[yesterday] is not a valid date'],
    ['budgetHours > null', 'null cannot be used with >'],
    ['summary', 'Expected an operator at position 7'],
    ['summary = "x" board/id = 3', 'Expected AND, OR or the end'],
    ['(summary = "x"', 'Expected ) at position 14'],
    ['summary not = "x"', 'Expected contains, like or in'],
    ['not summary = "x"', 'Expected an operator'],
    ['id in 5', 'Expected ('],
    ['id in (5,)', 'Expected a value'],
    ['summary = "x', 'Unexpected "\\"x" at position 10'],
    ['summary = "x" & id = 1', 'Unexpected "& id = 1"'],
    ['configuration/id = 1 or configuration/id = 2', 'takes = and one id only'],
    ['configuration/id in (1, 2)', 'takes = and one id only'],
  ])('refuses %s', async (conditions, message) => {
    const answer = await desk.get(`service/tickets?conditions=${encodeURIComponent(conditions)}`)
    expect([answer.status, answer.json.code, answer.json.errors]).toEqual([400, 'ApiFindCondition', null])
    expect(answer.json.message).toContain(message)
  })

  it('can hide inactiveFlag of boards', async () => {
    expect(await desk.find('inactiveFlag=True', 'service/boards')).toEqual([7])
    await desk.setSwitch('boardsHideInactiveFlag', true)
    const answer = await desk.get('service/boards?conditions=inactiveFlag=True')
    expect(answer.json).toMatchObject({ code: 'ApiFindCondition', message: 'inactiveFlag is not a recognized name.' })
  })

  it('noteType cannot be filtered', async () => {
    const answer = await desk.get(`service/tickets/${ids.first}/allNotes?conditions=noteType="TicketNote"`)
    expect(answer.json.message).toBe('noteType is not a recognized name.')
  })
})

describe('conditions on parts of records', () => {
  const search = async (path: string, name: string, text: string) =>
    desk.get(`${path}?${name}=${encodeURIComponent(text)}`)

  it.each([
    ['caption="Device" AND value = "pc-1"', 1],
    ['caption="Device" AND value = "7.5"', 0],
    ['caption="Risk score" and value = "7.5"', 1],
    ['value like "PC*"', 1],
    ['caption = "Device" and value = null', 3],
  ])('custom fields: %s', async (text, count) => {
    expect((await search('service/tickets', 'customFieldConditions', text)).list).toHaveLength(count)
  })

  it.each([
    ['types/name="Primary"', 3],
    ['types/id = 2', 3],
    ['communicationItems/value like "*@client250.example"', 2],
    ['communicationItems/communicationType = "Email" and communicationItems/value = "contact1@client251.example"', 1],
    ['types/name="Primary" or types/name="End User"', 6],
  ])('children: %s', async (text, count) => {
    expect((await search('company/contacts', 'childConditions', text)).list).toHaveLength(count)
  })

  it.each([
    ['company/contacts', 'conditions', 'types/name="Primary"', 'types/name is not a recognized name.'],
    ['company/contacts', 'childConditions', 'types/colour="x"', 'types/colour is not a recognized name.'],
    ['company/contacts', 'childConditions', 'firstName="x"', 'firstName is not a recognized name.'],
    ['company/contacts', 'childConditions', 'types/id in (1)', 'in cannot be used in childConditions.'],
    ['company/contacts', 'customFieldConditions', 'caption="x"', 'customFields is not a recognized name.'],
    ['service/tickets', 'customFieldConditions', 'caption in ("x")', 'in cannot be used in customFieldConditions.'],
    ['service/tickets', 'customFieldConditions', 'name="x"', 'name is not a recognized name.'],
  ])('%s %s %s is refused', async (path, name, text, message) => {
    const answer = await search(path, name, text)
    expect([answer.status, answer.json.code, answer.json.message]).toEqual([400, 'ApiFindCondition', message])
  })
})
