"""What happens to delegates by itself, each topic in a file of its own beside this one, which is imported here."""

from .document_tasks import complete_documents
from .saved_tasks import tell_about_new_partners
from .suggestion_tasks import suggest_to, suggest_to_all

__all__ = ["complete_documents", "suggest_to", "suggest_to_all", "tell_about_new_partners"]
