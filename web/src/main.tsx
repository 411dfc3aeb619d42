import { registerSW } from 'virtual:pwa-register'
import { createRoot } from 'react-dom/client'
import { WebApp } from './app.tsx'
import { giveNonceToStyles } from './shell/nonce.ts'
import './pieces/pieces.css'
import './style.css'

giveNonceToStyles()
createRoot(document.getElementById('root') as HTMLElement).render(<WebApp />)

// A newer version is used from the next opening on: nobody loses what he is typing.
if (import.meta.env.PROD && 'serviceWorker' in navigator) registerSW({ immediate: false })
