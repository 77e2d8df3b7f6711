import { createTheme, type MantineColorsTuple } from '@mantine/core'

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
  primaryShade: { light: 8, dark: 7 },
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
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', comboboxProps: { shadow: 'md' } } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300, events: { hover: true, focus: true, touch: true } } },
  },
})
