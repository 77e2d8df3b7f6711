import '@mantine/core/styles.css'
import './app/app.css'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { startTexts } from './texts/texts.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no place for the console.')
await startTexts()
createRoot(root).render(<App />)
