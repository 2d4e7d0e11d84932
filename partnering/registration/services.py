"""What can happen to registrations, through one door for other rooms: each chapter behind it tells its own part.

`orders` what is chosen and held, `placing` what makes it binding, `changes` what becomes of places afterwards.
"""

from .changes import AlreadyConfirmed as AlreadyConfirmed
from .changes import BuyersChoice as BuyersChoice
from .changes import ChangesClosed as ChangesClosed
from .changes import MembersOnly as MembersOnly
from .changes import NobodyToRemind as NobodyToRemind
from .changes import PlaceGone as PlaceGone
from .changes import RegistrationEnded as RegistrationEnded
from .changes import RemindedToday as RemindedToday
from .changes import WithdrawalOver as WithdrawalOver
from .changes import agree as agree
from .changes import answer as answer
from .changes import cancel_party as cancel_party
from .changes import cancel_place as cancel_place
from .changes import cancel_registration as cancel_registration
from .changes import correct_name as correct_name
from .changes import members_code as members_code
from .changes import name_person as name_person
from .changes import name_substitute as name_substitute
from .changes import remind as remind
from .changes import remind_all as remind_all
from .changes import set_details as set_details
from .changes import stranger_to as stranger_to
from .changes import withdraw as withdraw
from .orders import EXTENSIONS as EXTENSIONS
from .orders import HOLD as HOLD
from .orders import KEPT as KEPT
from .orders import AddOnGone as AddOnGone
from .orders import NoMoreExtensions as NoMoreExtensions
from .orders import OfferFixed as OfferFixed
from .orders import begin as begin
from .orders import check as check
from .orders import choose as choose
from .orders import extend as extend
from .orders import forget_drafts as forget_drafts
from .orders import keep as keep
from .orders import leave_out_gone as leave_out_gone
from .orders import set_add_ons as set_add_ons
from .orders import set_choices as set_choices
from .orders import total as total
from .placing import CONSENTS as CONSENTS
from .placing import DuplicateRegistration as DuplicateRegistration
from .placing import add_registration as add_registration
from .placing import in_both as in_both
from .placing import place as place
from .seats import Guest as Guest
