"""The roster: every table of the house, so that Django finds it. Nobody imports from here."""

from applications.accounts.models import *  # noqa: F403
from applications.agreement.models import *  # noqa: F403
from applications.calls.models import *  # noqa: F403
from applications.cohort.models import *  # noqa: F403
from applications.decision.models import *  # noqa: F403
from applications.firms.models import *  # noqa: F403
from applications.funding.models import *  # noqa: F403
from applications.intake.models import *  # noqa: F403
from applications.kernel.accesslog import *  # noqa: F403
from applications.kernel.audit import *  # noqa: F403
from applications.kernel.files import *  # noqa: F403
from applications.kernel.heartbeat import *  # noqa: F403
from applications.kernel.numbers import *  # noqa: F403
from applications.kernel.records import *  # noqa: F403
from applications.kernel.taxonomy import *  # noqa: F403
from applications.notifications.models import *  # noqa: F403
from applications.review.models import *  # noqa: F403
