import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

/** Ten shades of the bell's bronze green; shade 8 carries white text at 4.5:1 and more in both schemes. */
const tocsin: MantineColorsTuple = [
  '#e8f6f7',
  '#d5ebee',
  '#a9d6dc',
  '#79c0c9',
  '#53aeb9',
  '#3ba3af',
  '#2a9dab',
  '#198996',
  '#0b7285',
  '#00606e',
]

export const theme = createTheme({
  colors: { tocsin },
  primaryColor: 'tocsin',
  primaryShade: 8,
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
  cursorType: 'pointer',
  components: {
    // A dialog's head is no banner of the page.
    Modal: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
    Drawer: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
    // On a phone its choices may be wider than the screen.
    SegmentedControl: { defaultProps: { maw: '100%' }, styles: { root: { overflowX: 'auto' } } },
    Badge: { defaultProps: { tt: 'none', radius: 'sm' }, styles: { root: { minWidth: 'max-content' } } },
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', comboboxProps: { shadow: 'md' } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300, events: { hover: true, focus: true, touch: true } } },
  },
})

/** Mantine's quiet text is too faint for WCAG AA on its own backgrounds; so are its light badges. */
export const readableColours: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5a6169',
    '--mantine-color-placeholder': '#6a7178',
    '--mantine-color-red-light-color': '#a51111',
    '--mantine-color-orange-light-color': '#9a3412',
    '--mantine-color-yellow-light-color': '#7a4a00',
    '--mantine-color-teal-light-color': '#05614a',
    '--mantine-color-red-outline': '#a51111',
    '--mantine-color-gray-outline': '#5a6169',
    '--mantine-color-error': '#c01c1c',
  },
  dark: {
    '--mantine-color-dimmed': '#a3a7ab',
    '--mantine-color-placeholder': '#8f9499',
    '--mantine-color-gray-outline': '#a3a7ab',
  },
})
