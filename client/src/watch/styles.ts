// In this order: what comes later says more.
import '../page/tokens.css';
import '../page/status.css';
import './page.css';
import './status.css';
import './head.css';
import './runway.css';
import './agenda.css';
import './overview.css';
import './plan.css';
import './follow.css';
import './framed.css';
import './print.css';
import './sheet.css';
