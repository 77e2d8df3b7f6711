import { expect, test } from 'vitest'
import { isLinkLocal, isMetadata } from './link-local.ts'

test.each([
  '169.254.169.254',
  '169.254.0.1',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '64:ff9b::a9fe:a9fe',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  '0.0.0.0',
  '::',
])('%s is refused', (address) => {
  expect(isLinkLocal(address)).toBe(true)
})

test.each([
  '127.0.0.1',
  '::1',
  '10.0.0.1',
  '192.168.1.1',
  '172.16.0.1',
  '203.0.113.7',
  'fd00::1',
  '2001:db8::1',
  '::ffff:10.0.0.1',
  '64:ff9b::0a00:0001',
  '169.253.255.255',
  'metadata.google.internal',
  '',
])('%s is not', (address) => {
  expect(isLinkLocal(address)).toBe(false)
})

test.each([
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '192.0.0.192',
  '168.63.129.16',
  '0.0.0.0',
  '::',
])('%s is refused also to whom link-local is allowed', (address) => {
  expect(isMetadata(address)).toBe(true)
})

test.each(['169.254.0.1', '169.254.169.253', 'fe80::1', '127.0.0.1', '10.0.0.1', 'fd00::1', ''])(
  '%s is not',
  (address) => {
    expect(isMetadata(address)).toBe(false)
  },
)
