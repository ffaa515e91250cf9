import { mount } from 'svelte';
import Desk from './desk/desk.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
mount(Desk, { target });
